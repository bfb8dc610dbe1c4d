"""Which events a service has taken: the claim that makes a redelivered event have one effect."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ARRAY, LargeBinary, Text, bindparam, text
from sqlalchemy.ext.asyncio import AsyncConnection


@dataclass(frozen=True, slots=True, order=True)
class Claim:
    """One event of one sender at one consumer. `body_digest` tells a repeat from another body under the same id."""

    consumer: str
    sender: str
    event_id: str
    body_digest: bytes | None = None

    @property
    def identity(self) -> tuple[str, str, str]:
        """What makes two claims the same."""
        return self.consumer, self.sender, self.event_id


# The second answer saves a round trip for each group: mostly nothing is held.
_CLAIM = text(
    "WITH claimed AS (INSERT INTO inbox (consumer, sender, event_id, body_digest, received_at)"
    " SELECT consumer, sender, event_id, body_digest, :now FROM unnest(:consumers, :senders, :ids, :digests)"
    " AS new (consumer, sender, event_id, body_digest) ON CONFLICT DO NOTHING RETURNING consumer, sender, event_id)"
    " SELECT consumer, sender, event_id, EXISTS (SELECT 1 FROM held WHERE state = 'waiting') AS anything_held FROM claimed"
).bindparams(
    bindparam("consumers", type_=ARRAY(Text)),
    bindparam("senders", type_=ARRAY(Text)),
    bindparam("ids", type_=ARRAY(Text)),
    bindparam("digests", type_=ARRAY(LargeBinary)),
)
_DIGESTS = text(
    "SELECT i.consumer, i.sender, i.event_id, i.body_digest FROM inbox i JOIN unnest(:consumers, :senders, :ids)"
    " AS asked (consumer, sender, event_id) USING (consumer, sender, event_id)"
).bindparams(
    bindparam("consumers", type_=ARRAY(Text)),
    bindparam("senders", type_=ARRAY(Text)),
    bindparam("ids", type_=ARRAY(Text)),
)


def digest_of(body: bytes) -> bytes:
    """Return what tells this body from another."""
    return hashlib.sha256(body).digest()


async def claim(conn: AsyncConnection, claims: Sequence[Claim], now: datetime) -> tuple[set[tuple[str, str, str]], bool]:
    """Claim the events; return the identities that nobody had claimed, and whether any message is held waiting.

    `now` is real time: the inbox outlives the streams.

    They are claimed in key order: two instances that claim the same events in opposite order would deadlock.
    """
    ordered = sorted(claims, key=lambda wanted: wanted.identity)
    result = await conn.execute(
        _CLAIM,
        {
            "consumers": [wanted.consumer for wanted in ordered],
            "senders": [wanted.sender for wanted in ordered],
            "ids": [wanted.event_id for wanted in ordered],
            "digests": [wanted.body_digest for wanted in ordered],
            "now": now,
        },
    )
    rows = result.all()
    return {(row[0], row[1], row[2]) for row in rows}, any(row[3] for row in rows[:1])


async def digests(conn: AsyncConnection, claims: Sequence[Claim]) -> dict[tuple[str, str, str], bytes | None]:
    """Return the body digests that were stored with earlier claims."""
    result = await conn.execute(
        _DIGESTS,
        {
            "consumers": [wanted.consumer for wanted in claims],
            "senders": [wanted.sender for wanted in claims],
            "ids": [wanted.event_id for wanted in claims],
        },
    )
    return {(row.consumer, row.sender, row.event_id): row.body_digest for row in result}
