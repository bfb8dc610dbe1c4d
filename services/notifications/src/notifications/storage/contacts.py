"""How people may be reached, in the database: what enrolment told, what they wish, and where STOP came from."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, case, false, func, select, true
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from notifications.domain.contact import Contact
from notifications.domain.wishes import Wishes
from notifications.storage import tables
from notifications.storage.any_of import any_of
from service_kit import rows

_CONTACT_FIELDS = tuple(field.name for field in fields(Contact) if field.name not in {"stopped", "unsubscribed"})
_CONTACTS_AND_STOPS = (
    tables.CONTACTS.outerjoin(tables.SUPPRESSIONS, tables.SUPPRESSIONS.c.number_hash == tables.CONTACTS.c.number_hash)
    .outerjoin(tables.UNSUBSCRIBED, tables.UNSUBSCRIBED.c.email_hash == tables.CONTACTS.c.email_hash)
    .outerjoin(tables.WISHES, tables.WISHES.c.participant_id == tables.CONTACTS.c.participant_id)
)
_WISHED_LAST = tables.WISHES.c.kept_at >= tables.CONTACTS.c.kept_at


class StoredContacts:
    """`Contacts` in the database."""

    def __init__(self, conn: AsyncConnection) -> None:
        self._conn = conn

    async def of(self, participant_ids: Collection[UUID]) -> Mapping[UUID, Contact]:
        found = await self._read(tables.CONTACTS.c.participant_id == any_of(participant_ids))
        return {contact.participant_id: contact for contact in found}

    async def with_number(self, number_hash: str) -> list[Contact]:
        return await self._read(tables.CONTACTS.c.number_hash == number_hash)

    async def keep(self, contacts: Sequence[Contact], *, at: datetime) -> None:
        kept = [
            {name: getattr(contact, name) for name in _CONTACT_FIELDS}
            | {"number_hash": contact.number_hash, "email_hash": contact.email_hash, "kept_at": at}
            for contact in contacts
        ]
        await rows.upsert(self._conn, tables.CONTACTS, kept, newer="sequence")

    async def _read(self, condition: ColumnElement[bool]) -> list[Contact]:
        stopped = func.coalesce(tables.SUPPRESSIONS.c.stopped, false()).label("stopped")
        unsubscribed = tables.UNSUBSCRIBED.c.email_hash.is_not(None).label("unsubscribed")
        columns = [*(_wished(name) for name in _CONTACT_FIELDS), stopped, unsubscribed]
        query = select(*columns).select_from(_CONTACTS_AND_STOPS).where(condition).order_by(tables.CONTACTS.c.participant_id)
        return [Contact(**row) for row in (await self._conn.execute(query)).mappings()]


def _wished(name: str) -> ColumnElement[Any]:
    """A column of the contact as the person wishes it, where wishes were told: allowed is what both allow."""
    told = tables.CONTACTS.c[name]
    if name not in tables.WISHES.c or name in {"participant_id", "sequence"}:
        return told
    wished = tables.WISHES.c[name]
    if name.startswith("allows_"):
        return and_(told, func.coalesce(wished, true())).label(name)
    return case((_WISHED_LAST, wished), else_=told).label(name)


class StoredWishes:
    """`AllWishes` in the database."""

    def __init__(self, conn: AsyncConnection) -> None:
        self._conn = conn

    async def keep(self, wishes: Sequence[Wishes], *, at: datetime) -> None:
        kept = [{field.name: getattr(told, field.name) for field in fields(told)} | {"kept_at": at} for told in wishes]
        await rows.upsert(self._conn, tables.WISHES, kept, newer="sequence")


class StoredSuppressions:
    """`Suppressions` in the database."""

    def __init__(self, conn: AsyncConnection) -> None:
        self._conn = conn

    async def keep(self, number_hash: str, *, stopped: bool, at: datetime) -> bool:
        known = tables.SUPPRESSIONS
        asked = insert(known).values(number_hash=number_hash, stopped=stopped, changed_at=at)
        newer = asked.on_conflict_do_update(
            index_elements=[known.c.number_hash],
            set_={"stopped": asked.excluded.stopped, "changed_at": asked.excluded.changed_at},
            where=known.c.changed_at <= asked.excluded.changed_at,
        )
        return (await self._conn.execute(newer.returning(known.c.number_hash))).scalar() is not None
