"""Nominations in the database: a handful of statements for a group, none of which asks who is known."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, Text, Uuid, bindparam, text
from sqlalchemy.ext.asyncio import AsyncConnection

from enrolment.domain.nominations import Nomination, Nominee
from enrolment.storage.nomination_tables import NOMINATIONS
from enrolment.storage.records import link_of, link_row, receipt_row
from enrolment.storage.tables import LINKS, RECEIPTS
from enrolment.use_cases.answer_nominations import HeldNominations
from enrolment.use_cases.known import Sender
from service_kit import rows

_NOMINEE = tuple(field.name for field in fields(Nominee))
_OWN = tuple(field.name for field in fields(Nomination) if field.name != "nominee")
# One sender's messages are decided one after the other, whichever door they come through; senders don't wait for each other.
_LOCK_SENDERS = text("SELECT pg_advisory_xact_lock(number) FROM unnest(:numbers) AS number").bindparams(
    bindparam("numbers", type_=ARRAY(BigInteger))
)
_FOUND = """
SELECT n.participant_id FROM nominations n JOIN unnest(:channels, :organisations, :texts) AS asked (channel, organisation, {0})
USING (channel, organisation, {0})
"""
_BY_NAME, _BY_KEY = (
    text(_FOUND.format(column)).bindparams(
        *(bindparam(name, type_=ARRAY(Text)) for name in ("channels", "organisations", "texts"))
    )
    for column in ("sender_nomination_id", "invitation_key")
)
_OF_STAND_INS = text("SELECT * FROM nominations WHERE participant_id = ANY(:ids) ORDER BY id FOR UPDATE").bindparams(
    bindparam("ids", type_=ARRAY(Uuid))
)
_LINKS_OF = text("SELECT * FROM links WHERE participant_id = ANY(:ids) AND status = 'issued' ORDER BY id FOR UPDATE").bindparams(
    bindparam("ids", type_=ARRAY(Uuid))
)
# The one that still stands, or the last that did: that one says that there is nobody to reach any more.
_STAND_INS = text(
    "SELECT DISTINCT ON (participant_id) * FROM nominations WHERE participant_id = ANY(:ids)"
    " ORDER BY participant_id, status = 'invited' DESC, changed_at DESC, id"
).bindparams(bindparam("ids", type_=ARRAY(Uuid)))
_LAPSING = text(
    "SELECT participant_id FROM nominations WHERE status = 'invited' AND lapses_at <= :now ORDER BY lapses_at LIMIT :limit"
)
_NEXT_LAPSE = text("SELECT min(lapses_at) FROM nominations WHERE status = 'invited'")


class NominationRepository:
    """Loads and saves within one transaction."""

    def __init__(self, conn: AsyncConnection) -> None:
        self._conn = conn

    async def load(self, *, names: Sequence[tuple[Sender, str]], keys: Sequence[tuple[Sender, str]]) -> HeldNominations:
        """Lock the senders; load what they named, what invites the same people, and the links of all of these."""
        senders = {sender for sender, _ in names}
        if not senders:
            return HeldNominations()
        await self._conn.execute(_LOCK_SENDERS, {"numbers": sorted(_number(sender) for sender in senders)})
        stand_ins = {row.participant_id for row in await self._asked(_BY_NAME, names)}
        stand_ins |= {row.participant_id for row in await self._asked(_BY_KEY, keys)}
        return await self.of_stand_ins(sorted(stand_ins))

    async def of_stand_ins(self, participant_ids: Sequence[UUID]) -> HeldNominations:
        """Lock and load the nominations of these stand-ins, with their links that open."""
        if not participant_ids:
            return HeldNominations()
        ids = {"ids": list(participant_ids)}
        nominations = (await self._conn.execute(_OF_STAND_INS, ids)).mappings().all()
        links = (await self._conn.execute(_LINKS_OF, ids)).mappings().all()
        return HeldNominations.loaded(
            nominations=[nomination_of(row) for row in nominations], links=[link_of(row) for row in links]
        )

    async def lapsing(self, *, now: datetime, limit: int) -> HeldNominations:
        """Lock and load nominations whose time is over, with all others that invite the same people."""
        found = await self._conn.execute(_LAPSING, {"now": now, "limit": limit})
        return await self.of_stand_ins(sorted({row.participant_id for row in found}))

    async def save(self, held: HeldNominations) -> None:
        """Write what is new and what changed."""
        nominations = [held.nominations[each] for each in sorted(held.touched_ids & held.nominations.keys())]
        links = [held.links[each] for each in sorted(held.touched_ids & held.links.keys())]
        await rows.write(
            self._conn,
            rows.inserting(NOMINATIONS, [nomination_row(each) for each in nominations if each.id not in held.loaded_ids]),
            rows.updating(NOMINATIONS, [nomination_row(each) for each in nominations if each.id in held.loaded_ids]),
            rows.inserting(LINKS, [link_row(each) for each in links if each.id not in held.loaded_ids]),
            rows.updating(LINKS, [link_row(each) for each in links if each.id in held.loaded_ids]),
            rows.upserting(RECEIPTS, [receipt_row(each) for each in held.receipts]),
        )

    async def _asked(self, statement: Any, asked: Sequence[tuple[Sender, str]]) -> Sequence[Any]:
        if not asked:
            return []
        found = await self._conn.execute(
            statement,
            {
                "channels": [sender.channel for sender, _ in asked],
                "organisations": [sender.organisation for sender, _ in asked],
                "texts": [each for _, each in asked],
            },
        )
        return found.all()


async def stand_ins_by_id(conn: AsyncConnection, ids: Sequence[str]) -> list[Nomination]:
    """Return the nomination that says how to reach each of these stand-ins, or that nobody can any more."""
    found = await conn.execute(_STAND_INS, {"ids": [UUID(each) for each in ids]})
    return [nomination_of(row) for row in found.mappings()]


async def next_lapse_at(conn: AsyncConnection) -> datetime | None:
    """Return when the next invitation's time is over."""
    found: datetime | None = (await conn.execute(_NEXT_LAPSE)).scalar_one()
    return found


def nomination_of(row: Mapping[Any, Any]) -> Nomination:
    """Read a row of `nominations`."""
    nominee = None if row["given_name"] is None else Nominee(**{name: row[name] for name in _NOMINEE})
    return Nomination(**{name: row[name] for name in _OWN}, nominee=nominee)


def nomination_row(nomination: Nomination) -> dict[str, Any]:
    """Write a row of `nominations`."""
    own = {name: getattr(nomination, name) for name in _OWN}
    return own | {name: None if nomination.nominee is None else getattr(nomination.nominee, name) for name in _NOMINEE}


def _number(sender: Sender) -> int:
    """Return the sender as a number of 63 bits, which is what an advisory lock takes."""
    key = f"nominations of {sender.channel} {sender.organisation}"
    return int.from_bytes(hashlib.blake2b(key.encode(), digest_size=8).digest(), "big") >> 1
