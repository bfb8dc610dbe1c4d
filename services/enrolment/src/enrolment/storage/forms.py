"""Drafts of forms, and addresses that are to be confirmed, in the database."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from enrolment.domain.confirmations import DAY, ENDED, HOUR, WAITING, Confirmation
from enrolment.domain.form.draft import Draft, Verdict
from enrolment.domain.links import Link
from enrolment.storage.form_tables import CONFIRMATIONS, DRAFTS
from enrolment.storage.nomination_tables import NOMINATIONS
from enrolment.storage.records import link_of, link_row
from enrolment.storage.tables import LINKS
from service_kit import rows

_CONFIRMATION = tuple(field.name for field in fields(Confirmation))
_DRAFT = tuple(field.name for field in fields(Draft))


class FormRepository:
    """Loads and saves within one transaction; what is loaded to be changed is locked."""

    def __init__(self, conn: AsyncConnection) -> None:
        self._conn = conn

    async def draft(self, token_hash: str, *, now: datetime) -> Draft | None:
        """Lock the draft of a cookie's token, unless its time is over."""
        query = select(DRAFTS).where(DRAFTS.c.token_hash == token_hash, DRAFTS.c.expires_at > now).with_for_update()
        row = (await self._conn.execute(query)).mappings().one_or_none()
        return None if row is None else draft_of(row)

    async def draft_by_id(self, draft_id: UUID, *, now: datetime) -> Draft | None:
        """Lock a draft by its id, unless its time is over."""
        query = select(DRAFTS).where(DRAFTS.c.id == draft_id, DRAFTS.c.expires_at > now).with_for_update()
        row = (await self._conn.execute(query)).mappings().one_or_none()
        return None if row is None else draft_of(row)

    async def keep_draft(self, draft: Draft) -> None:
        """Write a draft, new or changed."""
        await rows.upsert(self._conn, DRAFTS, [_draft_row(draft)])

    async def forget_draft(self, draft_id: UUID) -> None:
        """Delete a draft with all its answers."""
        await self._conn.execute(delete(DRAFTS).where(DRAFTS.c.id == draft_id))

    async def codes_sent(self, address_hash: str, *, now: datetime) -> tuple[int, int]:
        """Return how many codes went to an address in the last hour and in the last day."""
        query = select(
            func.count().filter(CONFIRMATIONS.c.created_at > now - HOUR),
            func.count(),
        ).where(CONFIRMATIONS.c.address_hash == address_hash, CONFIRMATIONS.c.created_at > now - DAY)
        row = (await self._conn.execute(query)).one()
        return row[0], row[1]

    async def waiting_about(self, about_id: UUID) -> list[tuple[Confirmation, Link]]:
        """Lock the confirmations that wait for one draft or person, with their links."""
        return await self._confirmations(CONFIRMATIONS.c.about_id == about_id, CONFIRMATIONS.c.status == WAITING)

    async def confirmation(self, confirmation_id: UUID) -> tuple[Confirmation, Link] | None:
        """Lock a confirmation and its link."""
        return next(iter(await self._confirmations(CONFIRMATIONS.c.id == confirmation_id)), None)

    async def link(self, token_hash: str) -> Link | None:
        """Lock the link of a token."""
        row = (
            (await self._conn.execute(select(LINKS).where(LINKS.c.token_hash == token_hash).with_for_update())).mappings().first()
        )
        return None if row is None else link_of(row)

    async def keep_confirmation(self, confirmation: Confirmation, link: Link) -> None:
        """Write a confirmation and its link, new or changed."""
        await rows.upsert(self._conn, CONFIRMATIONS, [_confirmation_row(confirmation)])
        await self.keep_link(link)

    async def keep_link(self, link: Link) -> None:
        """Write a link, new or changed."""
        await rows.upsert(self._conn, LINKS, [link_row(link)])

    async def _confirmations(self, *conditions: Any) -> list[tuple[Confirmation, Link]]:
        query = select(CONFIRMATIONS).where(*conditions).order_by(CONFIRMATIONS.c.id).with_for_update()
        found = [confirmation_of(row) for row in (await self._conn.execute(query)).mappings()]
        ids = [each.id for each in found]
        links = select(LINKS).where(LINKS.c.about_id.in_(ids)).order_by(LINKS.c.id).with_for_update()
        by_about = {row["about_id"]: link_of(row) for row in (await self._conn.execute(links)).mappings()} if ids else {}
        return [(each, by_about[each.id]) for each in found]


async def stand_in_of(conn: AsyncConnection, nomination_id: UUID) -> UUID | None:
    """Return the id that stands in for whoever a nomination names."""
    query = select(NOMINATIONS.c.participant_id).where(NOMINATIONS.c.id == nomination_id)
    return (await conn.execute(query)).scalar_one_or_none()


async def confirmations_by_id(conn: AsyncConnection, ids: Sequence[str]) -> list[Confirmation]:
    """Return these confirmations as they are now, those that are over without an address."""
    query = select(CONFIRMATIONS).where(CONFIRMATIONS.c.id.in_([UUID(each) for each in ids]))
    return [confirmation_of(row) for row in (await conn.execute(query)).mappings()]


async def forget_old_drafts(conn: AsyncConnection, *, now: datetime) -> int:
    """Delete drafts whose time is over."""
    return (await conn.execute(delete(DRAFTS).where(DRAFTS.c.expires_at <= now))).rowcount


async def end_old_confirmations(conn: AsyncConnection, *, now: datetime) -> list[Confirmation]:
    """End what was not confirmed in time and forget the addresses; return what ended."""
    found = await conn.execute(
        update(CONFIRMATIONS)
        .where(CONFIRMATIONS.c.status == WAITING, CONFIRMATIONS.c.expires_at <= now)
        .values(status=ENDED, sequence=CONFIRMATIONS.c.sequence + 1, greeting_name="", phone=None, email=None)
        .returning(CONFIRMATIONS)
    )
    return [confirmation_of(row) for row in found.mappings()]


async def expire_links(conn: AsyncConnection, *, now: datetime) -> list[Link]:
    """Mark links as expired whose time is over; return them."""
    found = await conn.execute(
        update(LINKS)
        .where(LINKS.c.status == "issued", LINKS.c.expires_at <= now)
        .values(status="expired", sequence=LINKS.c.sequence + 1, changed_at=now)
        .returning(LINKS)
    )
    return [link_of(row) for row in found.mappings()]


async def next_expiry(conn: AsyncConnection) -> datetime | None:
    """Return when the next draft, confirmation or link is over."""
    ends = [
        (await conn.execute(select(func.min(DRAFTS.c.expires_at)))).scalar(),
        (await conn.execute(select(func.min(CONFIRMATIONS.c.expires_at)).where(CONFIRMATIONS.c.status == WAITING))).scalar(),
        (await conn.execute(select(func.min(LINKS.c.expires_at)).where(LINKS.c.status == "issued"))).scalar(),
    ]
    return min((each for each in ends if each is not None), default=None)


def draft_of(row: Mapping[Any, Any]) -> Draft:
    """Read a row of `drafts`."""
    verdict = row["verdict"]
    return Draft(**{**row, "seen": tuple(row["seen"]), "verdict": None if verdict is None else Verdict(**verdict)})


def confirmation_of(row: Mapping[Any, Any]) -> Confirmation:
    """Read a row of `contact_confirmations`."""
    return Confirmation(**row)


def _draft_row(draft: Draft) -> dict[str, Any]:
    values = {name: getattr(draft, name) for name in _DRAFT}
    verdict = None if draft.verdict is None else asdict(draft.verdict)
    return values | {"answers": dict(draft.answers), "seen": list(draft.seen), "verdict": verdict}


def _confirmation_row(confirmation: Confirmation) -> dict[str, Any]:
    return {name: getattr(confirmation, name) for name in _CONFIRMATION}
