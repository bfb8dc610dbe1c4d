"""Identifiers."""

from uuid import UUID

import uuid_utils


def new_id() -> UUID:
    """Return a UUIDv7: unique, and in order of the time it was made, which keeps indexes compact."""
    return UUID(int=uuid_utils.uuid7().int)
