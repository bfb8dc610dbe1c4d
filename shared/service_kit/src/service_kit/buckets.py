"""Buckets split a service's events into 64 parts so that work can be shared out later and one aggregate stays in one part."""

from uuid import UUID
from zlib import crc32

BUCKETS = 64


def bucket_of(aggregate_id: str | UUID) -> str:
    """Return "00" to "63", the same for the same id for ever: subjects already published depend on it."""
    return f"{crc32(str(aggregate_id).encode()) % BUCKETS:02d}"
