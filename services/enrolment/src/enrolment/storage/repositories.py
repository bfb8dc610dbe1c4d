"""What the use cases need of the database, each for one transaction."""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, Text, Uuid, bindparam, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from enrolment.domain.person import Participant
from enrolment.domain.receipts import Receipt
from enrolment.storage.audit import audit_rows
from enrolment.storage.records import (
    enrolment_of,
    enrolment_row,
    history_row,
    link_row,
    merge_row,
    near_match_row,
    participant_of,
    participant_row,
    receipt_of,
    receipt_row,
    referral_of,
    referral_row,
)
from enrolment.storage.tables import (
    AUDIT,
    ENROLMENTS,
    HISTORY,
    LINKS,
    MERGES,
    NEAR_MATCHES,
    PARTICIPANTS,
    RECEIPTS,
    REFERRALS,
)
from enrolment.use_cases.answer_unreadable import UNREADABLE
from enrolment.use_cases.known import Changes, Known, Sender, Wanted
from service_kit import rows

# Whoever decides about a person first locks that person's keys, in order of the numbers, so that two instances that get two
# referrals of one person at once decide one after the other and never wait for each other in a circle. Only then are rows locked,
# participants in order of their ids.
_LOCK_KEYS = text("SELECT pg_advisory_xact_lock(number) FROM unnest(:numbers) AS number").bindparams(
    bindparam("numbers", type_=ARRAY(BigInteger))
)
_SETTLED = text(
    "SELECT r.* FROM receipts r JOIN unnest(:channels, :organisations, :texts) AS asked (channel, organisation, body_digest)"
    " USING (channel, organisation, body_digest) WHERE r.settles_body ORDER BY r.decided_at"
).bindparams(*(bindparam(name, type_=ARRAY(Text)) for name in ("channels", "organisations", "texts")))
_PEOPLE_OF_NAMES = text(
    "SELECT r.participant_id FROM referrals r JOIN unnest(:channels, :organisations, :texts)"
    " AS asked (channel, organisation, sender_referral_id) USING (channel, organisation, sender_referral_id)"
).bindparams(*(bindparam(name, type_=ARRAY(Text)) for name in ("channels", "organisations", "texts")))
_PEOPLE_OF_SERVICE_REQUESTS = text(
    "SELECT r.participant_id FROM referrals r JOIN unnest(:channels, :organisations, :texts)"
    " AS asked (channel, organisation, service_request) USING (channel, organisation, service_request)"
).bindparams(*(bindparam(name, type_=ARRAY(Text)) for name in ("channels", "organisations", "texts")))
# Candidates are found without a lock and locked by id afterwards: keys may be completed meanwhile, and whoever changes them or
# merges people holds the locks of their keys. Each index is asked by itself: with OR the planner reads the whole table.
# Whoever was merged comes with the person that they are now. Arrays, and LATERAL with a limit, because the planner takes what it
# finds for much, and would read the whole table as soon as it is large.
_PEOPLE = text(
    """
WITH RECURSIVE found AS (
  SELECT id, merged_into FROM participants WHERE id = ANY(ARRAY(
    SELECT id FROM participants WHERE match_family = ANY(:keys)
    UNION SELECT id FROM participants WHERE match_given = ANY(:keys)
    UNION SELECT id FROM participants WHERE match_number = ANY(:keys)
    UNION SELECT unnest(:ids)
  ))
  UNION SELECT p.id, p.merged_into FROM found
  CROSS JOIN LATERAL (SELECT id, merged_into FROM participants WHERE id = found.merged_into LIMIT 1) AS p
)
SELECT * FROM participants WHERE id = ANY(ARRAY(SELECT id FROM found)) ORDER BY id FOR UPDATE
"""
).bindparams(bindparam("keys", type_=ARRAY(Text)), bindparam("ids", type_=ARRAY(Uuid)))
_STEP_ASIDE = text("UPDATE enrolments SET doubled = true WHERE id = ANY(:ids) AND status = 'enrolled'").bindparams(
    bindparam("ids", type_=ARRAY(Uuid))
)
_BY_PERSON = "SELECT * FROM {} WHERE participant_id = ANY(:ids)"
_REFERRALS_OF = text(_BY_PERSON.format("referrals") + " ORDER BY received_at, id").bindparams(bindparam("ids", type_=ARRAY(Uuid)))
_ENROLMENTS_OF = text(_BY_PERSON.format("enrolments")).bindparams(bindparam("ids", type_=ARRAY(Uuid)))


class IntakeRepository:
    """Loads and saves for a group of messages: a handful of statements, however many messages there are."""

    def __init__(self, conn: AsyncConnection, *, now: datetime) -> None:
        self._conn = conn
        self._now = now

    async def load(self, wanted: Wanted) -> Known:
        """Lock the identities, then load everything that the group's messages are about."""
        if wanted.identity_keys:
            await self._lock(wanted.identity_keys)
        settled = [receipt_of(row) for row in await self._asked(_SETTLED, wanted.bodies)]
        people = {receipt.participant_id for receipt in settled if receipt.participant_id}
        people |= {row["participant_id"] for row in await self._asked(_PEOPLE_OF_NAMES, wanted.names)}
        people |= {row["participant_id"] for row in await self._asked(_PEOPLE_OF_SERVICE_REQUESTS, wanted.service_requests)}
        return await self._known(keys=wanted.identity_keys, people=sorted(people), settled=settled)

    async def load_for_review(self, referral_id: UUID) -> tuple[Known, Receipt | None]:
        """Lock the person of a referral and load what is known of them, with the receipt that its sender has."""
        owner = (
            await self._conn.execute(select(REFERRALS.c.participant_id).where(REFERRALS.c.id == referral_id))
        ).scalar_one_or_none()
        if owner is None:
            return Known.loaded(), None
        known = await self._known(keys=[], people=[owner], settled=[])
        referral = known.referrals[referral_id]
        return known, await self.given(Sender(referral.channel, referral.organisation), referral.event_id)

    async def save(self, changes: Changes) -> None:
        """Write everything in one statement: what is new and what changed are different rows."""
        now = self._now
        if len(changes.changed_enrolments) > 1:
            # One statement changes rows in no order, and of two enrolments in one programme only one may stand at any moment.
            await self._conn.execute(_STEP_ASIDE, {"ids": [each.id for each in changes.changed_enrolments]})
        new_people = [participant_row(each, now=now) | {"created_at": now} for each in changes.new_participants]
        await rows.write(
            self._conn,
            rows.inserting(PARTICIPANTS, new_people),
            rows.updating(PARTICIPANTS, [participant_row(each, now=now) for each in changes.changed_participants]),
            rows.inserting(ENROLMENTS, [enrolment_row(each) for each in changes.new_enrolments]),
            rows.updating(ENROLMENTS, [enrolment_row(each) for each in changes.changed_enrolments]),
            rows.inserting(REFERRALS, [referral_row(each) for each in changes.new_referrals]),
            rows.updating(REFERRALS, [referral_row(each) for each in changes.changed_referrals]),
            rows.upserting(RECEIPTS, [receipt_row(each) for each in changes.receipts]),
            rows.inserting(LINKS, [link_row(each) for each in changes.new_links]),
            rows.inserting_new(NEAR_MATCHES, [near_match_row(each) for each in changes.new_near_matches]),
            rows.updating(NEAR_MATCHES, [near_match_row(each) for each in changes.changed_near_matches]),
            rows.inserting(MERGES, [merge_row(each) for each in changes.new_merges]),
            rows.updating(MERGES, [merge_row(each) for each in changes.changed_merges]),
            rows.inserting(HISTORY, [history_row(each) for each in changes.histories]),
            rows.inserting(AUDIT, audit_rows(changes.audits)),
        )

    async def given(self, sender: Sender, event_id: str) -> Receipt | None:
        """Return the receipt of one event, or None if it has none."""
        query = select(RECEIPTS).where(
            RECEIPTS.c.channel == sender.channel, RECEIPTS.c.organisation == sender.organisation, RECEIPTS.c.event_id == event_id
        )
        row = (await self._conn.execute(query)).mappings().one_or_none()
        return None if row is None else receipt_of(row)

    async def unreadable_before(self, sender: Sender, body_digest: str) -> Receipt | None:
        """Return the first receipt that said of this body that it could not be read."""
        query = (
            select(RECEIPTS)
            .where(
                RECEIPTS.c.channel == sender.channel,
                RECEIPTS.c.organisation == sender.organisation,
                RECEIPTS.c.body_digest == body_digest,
                RECEIPTS.c.status == "invalid",
                RECEIPTS.c.reasons[0]["code"].astext == UNREADABLE,
            )
            .order_by(RECEIPTS.c.decided_at)
            .limit(1)
        )
        row = (await self._conn.execute(query)).mappings().one_or_none()
        return None if row is None else receipt_of(row)

    async def keep_first(self, receipt: Receipt) -> None:
        """Keep a receipt unless its event id has one: a broken envelope must not replace the answer to a good one."""
        await rows.insert_new(self._conn, RECEIPTS, [receipt_row(receipt)], returning="event_id")

    async def _known(self, *, keys: Sequence[str], people: Sequence[UUID], settled: Sequence[Receipt]) -> Known:
        participants = (await self._conn.execute(_PEOPLE, {"keys": list(keys), "ids": list(people)})).mappings().all()
        ids = {"ids": [row["id"] for row in participants]}
        referrals = (await self._conn.execute(_REFERRALS_OF, ids)).mappings().all() if participants else []
        enrolments = (await self._conn.execute(_ENROLMENTS_OF, ids)).mappings().all() if participants else []
        return Known.loaded(
            participants=[participant_of(row) for row in participants],
            referrals=[referral_of(row) for row in referrals],
            enrolments=[enrolment_of(row) for row in enrolments],
            settled=settled,
        )

    async def _lock(self, keys: Iterable[str]) -> None:
        await self._conn.execute(_LOCK_KEYS, {"numbers": sorted({_number(key) for key in keys})})

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
        return found.mappings().all()


def _number(key: str) -> int:
    """Return the key as a number of 63 bits, which is what an advisory lock takes."""
    return int.from_bytes(hashlib.blake2b(key.encode(), digest_size=8).digest(), "big") >> 1


async def participants_by_id(conn: AsyncConnection, ids: Sequence[str]) -> list[Participant]:
    """Return these participants as they are now; those who are gone, merged or erased, are left out."""
    here = PARTICIPANTS.c.status.in_(("active", "deceased"))
    query = select(PARTICIPANTS).where(PARTICIPANTS.c.id.in_([UUID(each) for each in ids]), here)
    return [participant_of(row) for row in (await conn.execute(query)).mappings()]
