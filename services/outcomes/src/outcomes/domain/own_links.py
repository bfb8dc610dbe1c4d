"""The link by which somebody opens their own page, as far as this service answers to it."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

OWN_PAGE = "own_page"


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnLink:
    """A link as enrolment told it; only the hash of its token is kept, and none once it has ended."""

    link_id: UUID
    sequence: int
    participant_id: UUID
    token_hash: str | None
    status: str
    expires_at: datetime


def hash_of_token(token: str) -> str:
    """What is kept of a token of 256 random bits."""
    return hashlib.sha256(token.encode()).hexdigest()
