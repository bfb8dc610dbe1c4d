"""Forgetting people in enrolment's database."""

import html
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any
from urllib.parse import unquote
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, Date, Text, Uuid, bindparam, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from enrolment.domain.erasure import Restricted, traces
from enrolment.domain.person import Person, home_number
from enrolment.storage.people import PeopleRepository
from enrolment.storage.promise_tables import PROMISES
from enrolment.storage.promises import promise_of
from enrolment.storage.tables import HISTORY, RESTRICTED
from service_kit import rows

_IDS = bindparam("ids", type_=ARRAY(Uuid))
# Whatever describes a person beside their own row. The reasons of a receipt may hold what staff wrote.
_NOBODY = (
    "'given_name', 'Erased', 'family_name', 'person', 'birth_date', '0001-01-01', 'nhs_number', null, 'nhs_number_as_sent', null,"
    " 'postcode', null, 'phone', null, 'email', null, 'emergency_contact_name', null, 'emergency_contact_phone', null"
)
_FORGET = tuple(
    text(statement).bindparams(_IDS)
    for statement in (
        "DELETE FROM participant_history WHERE participant_id = ANY(:ids)",
        f"""
UPDATE merges SET survivor_before = survivor_before || jsonb_build_object({_NOBODY})
WHERE survivor_id = ANY(:ids) OR merged_id = ANY(:ids)
""",  # noqa: S608 - the values above
        """
UPDATE outbox SET body = convert_to(jsonb_set(convert_from(body, 'UTF8')::jsonb, '{reasons}', '[]')::text, 'UTF8')
WHERE type LIKE 'receipts.%' AND body IS NOT NULL
AND aggregate IN (SELECT event_id FROM receipts WHERE participant_id = ANY(:ids))
""",
        "UPDATE receipts SET reasons = '[]' WHERE participant_id = ANY(:ids)",
        "UPDATE links SET status = 'revoked' WHERE participant_id = ANY(:ids) AND status = 'issued'",
    )
)
_NOMINATIONS = text(
    """
UPDATE nominations n SET status = 'lapsed', sequence = n.sequence + 1, changed_at = :now, given_name = NULL, family_name = NULL,
  birth_date = NULL, email = NULL, phone = NULL, postcode = NULL, invitation_key = NULL
FROM unnest(:given, :family, :births, :emails, :phones) AS p (given, family, birth, email, phone)
WHERE n.status = 'invited' AND lower(n.given_name) = lower(p.given) AND lower(n.family_name) = lower(p.family)
  AND (n.birth_date = p.birth OR lower(n.email) = lower(p.email)
       OR regexp_replace(regexp_replace(n.phone, '[^0-9+]', '', 'g'), '^([+]44|0044)', '0') = p.phone)
RETURNING n.participant_id
"""
).bindparams(
    *(bindparam(name, type_=ARRAY(Text)) for name in ("given", "family", "emails", "phones")),
    bindparam("births", type_=ARRAY(Date)),
)
_CONFIRMATIONS = text(
    """
UPDATE contact_confirmations SET sequence = sequence + 1, greeting_name = '', phone = NULL, email = NULL,
  status = CASE WHEN status = 'waiting' THEN 'ended' ELSE status END
WHERE about_id = ANY(:about) OR lower(email) = ANY(:emails)
   OR regexp_replace(regexp_replace(phone, '[^0-9+]', '', 'g'), '^([+]44|0044)', '0') = ANY(:phones)
RETURNING id
"""
).bindparams(
    bindparam("about", type_=ARRAY(Uuid)),
    *(bindparam(name, type_=ARRAY(Text)) for name in ("emails", "phones")),
)
_PROMISES = select(PROMISES).where(PROMISES.c.address.is_not(None)).order_by(PROMISES.c.id).with_for_update()
_DRAFTS = text("SELECT id, answers FROM drafts")
_FORGET_DRAFTS = text("DELETE FROM drafts WHERE id = ANY(:ids)").bindparams(_IDS)
# Of a description before a correction: what no text is searched for.
_NOT_TEXT = frozenset({"birth_date"})
_HELD = text("SELECT position, body FROM held")
_DISCARD = text("DELETE FROM held WHERE position = ANY(:positions)").bindparams(bindparam("positions", type_=ARRAY(BigInteger)))


class ErasureRepository(PeopleRepository):
    """`ErasureStore` in the database."""

    async def forget(self, kept: Sequence[Restricted], described: Sequence[Person], *, now: datetime) -> list[UUID]:
        """Keep the restricted rows, and delete whatever else describes these people; return the stand-ins that were theirs."""
        await rows.upsert(self._conn, RESTRICTED, [asdict(each) for each in kept])
        by_id = dict(zip((each.participant_id for each in kept), described, strict=True))
        described = [*described, *await self._as_they_were(by_id)]
        for statement in _FORGET:
            await self._conn.execute(statement, {"ids": [each.participant_id for each in kept]})
        await _discard_held(self._conn, described)
        await _forget_promises(self._conn, described, now=now)
        drafts = await _forget_drafts(self._conn, described)
        confirmations = await self._conn.execute(
            _CONFIRMATIONS,
            {
                "about": [*drafts, *by_id],
                "emails": [each.email.lower() for each in described if each.email],
                "phones": [home_number(each.phone) for each in described if each.phone],
            },
        )
        found = await self._conn.execute(
            _NOMINATIONS,
            {
                "now": now,
                "given": [each.given_name for each in described],
                "family": [each.family_name for each in described],
                "births": [each.birth_date for each in described],
                "emails": [each.email for each in described],
                "phones": [each.phone and home_number(each.phone) for each in described],
            },
        )
        return [*confirmations.scalars(), *found.scalars()]

    async def _as_they_were(self, people: Mapping[UUID, Person]) -> list[Person]:
        """Return how these people were described before each correction."""
        query = select(HISTORY.c.participant_id, HISTORY.c.before).where(HISTORY.c.participant_id.in_(list(people)))
        return [_as_before(people[row.participant_id], row.before) for row in await self._conn.execute(query)]


def _as_before(person: Person, before: Mapping[str, Any]) -> Person:
    told = {name: value for name, value in before.items() if name not in _NOT_TEXT}
    return replace(person, **told)


async def _discard_held(conn: AsyncConnection, described: Sequence[Person]) -> None:
    """Delete every held message that names one of these people; its claim stays, so it can't come back by redelivery."""
    held = await conn.execute(_HELD)
    positions = [row.position for row in held if _names(_readable(row.body), described)]
    if positions:
        await conn.execute(_DISCARD, {"positions": positions})


async def _forget_promises(conn: AsyncConnection, described: Sequence[Person], *, now: datetime) -> None:
    """Forget every address of a promised referral that names one of these people; staff see that it can't be fetched."""
    promises = [promise_of(row) for row in (await conn.execute(_PROMISES)).mappings()]
    naming = [each for each in promises if each.address and _names(unquote(each.address), described)]
    await rows.update(conn, PROMISES, [asdict(each.forgotten(now=now)) for each in naming])


async def _forget_drafts(conn: AsyncConnection, described: Sequence[Person]) -> list[UUID]:
    """Delete every form that names one of these people; return their ids."""
    drafts = await conn.execute(_DRAFTS)
    ids = [row.id for row in drafts if _names(json.dumps(row.answers, ensure_ascii=False), described)]
    await conn.execute(_FORGET_DRAFTS, {"ids": ids})
    return ids


def _names(words: str, described: Sequence[Person]) -> bool:
    """Whether a text has a number or an address of one of these people, or both their names, however they are spaced."""
    body = _plain(words)
    return any(
        any(_plain(trace) in body for trace in traces(person))
        or (_plain(person.given_name) in body and _plain(person.family_name) in body)
        for person in described
    )


def _readable(body: bytes) -> str:
    """Return a body as people read it: what JSON or XML writes otherwise is undone, as far as it can be read."""
    words = body.decode("utf-8", errors="replace")
    try:
        return json.dumps(json.loads(words), ensure_ascii=False)
    except ValueError:
        return html.unescape(words)


def _plain(words: str) -> str:
    return re.sub(r"[\s()-]", "", words).casefold()
