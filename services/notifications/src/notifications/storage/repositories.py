"""The rows behind each use case's desk, a statement for any number of them."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Integer, RowMapping, Select, Uuid, any_, bindparam, literal, select, text
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.elements import CollectionAggregate, TextClause

from notifications.domain.cohort import Cohort, Session
from notifications.domain.contact import Contact
from notifications.domain.message import Channel, Kind, Message, Reason, Status
from notifications.domain.place import Place
from notifications.storage import tables
from notifications.use_cases.desk import Desk
from service_kit import due, rows

_MESSAGE_FIELDS = tuple(field.name for field in fields(Message))
_CHANGING = (
    "id",
    "status",
    "reason",
    "due_at",
    "useful_until",
    "changed_at",
    "sequence",
    "attempts",
    "channel",
    "provider",
    "claimed_until",
    "retry_at",
)
_MESSAGES = tables.MESSAGES
# Written out, not bound, because the planner uses a partial index only for a condition that it can read.
_IS_OPEN = text("messages.status IN ('planned', 'deferred')")


def _free_by(moment: ColumnElement[datetime], *conditions: ColumnElement[bool] | TextClause) -> Select[Any]:
    """Those whose moment has come and that nobody else holds, the earliest first. Made once: it is asked after every plan."""
    return (
        select(_MESSAGES)
        .where(*conditions, moment <= bindparam("moment", type_=moment.type))
        .order_by(moment, _MESSAGES.c.id)
        .limit(bindparam("limit", type_=Integer))
        .with_for_update(skip_locked=True)
    )


_PLANNED = _free_by(_MESSAGES.c.due_at, _IS_OPEN, _MESSAGES.c.retry_at.is_(None))
_AGAIN = _free_by(_MESSAGES.c.retry_at)
_OVERDUE = _free_by(_MESSAGES.c.claimed_until)


def desk(conn: AsyncConnection) -> Desk:
    """The desk of the connection's transaction."""
    return Desk(
        messages=StoredMessages(conn),
        contacts=StoredContacts(conn),
        cohorts=StoredCohorts(conn),
        places=StoredPlaces(conn),
        heard=StoredHeard(conn),
    )


class StoredMessages:
    """`Messages` in the database. Rows are locked in the order of their ids, so that no two transactions wait for each other."""

    def __init__(self, conn: AsyncConnection) -> None:
        self._conn = conn

    async def of_participants(self, participant_ids: Collection[UUID]) -> list[Message]:
        return await self._locked(_MESSAGES.c.participant_id == _any(participant_ids))

    async def open_of_participants(self, participant_ids: Collection[UUID]) -> list[Message]:
        return await self._locked(_MESSAGES.c.participant_id == _any(participant_ids), _IS_OPEN)

    async def by_id(self, message_ids: Collection[UUID]) -> list[Message]:
        return await self._locked(_MESSAGES.c.id == _any(message_ids))

    async def due(self, *, now: datetime, real_now: datetime, limit: int) -> list[Message]:
        found = await self._free(_PLANNED, now, limit)
        return found if len(found) == limit else found + await self._free(_AGAIN, real_now, limit - len(found))

    async def overdue_in_sending(self, *, real_now: datetime, limit: int) -> list[Message]:
        return await self._free(_OVERDUE, real_now, limit)

    async def add(self, messages: Sequence[Message]) -> None:
        due.soon(self._conn)
        await rows.insert_new(
            self._conn,
            _MESSAGES,
            [{name: getattr(message, name) for name in _MESSAGE_FIELDS} for message in messages],
            returning="id",
        )

    async def change(self, messages: Sequence[Message]) -> None:
        due.soon(self._conn)
        await rows.update(self._conn, _MESSAGES, [{name: getattr(message, name) for name in _CHANGING} for message in messages])

    async def _locked(self, *conditions: ColumnElement[bool] | TextClause) -> list[Message]:
        found = await self._conn.execute(select(_MESSAGES).where(*conditions).order_by(_MESSAGES.c.id).with_for_update())
        return [_message(row) for row in found.mappings()]

    async def _free(self, statement: Select[Any], moment: datetime, limit: int) -> list[Message]:
        found = await self._conn.execute(statement, {"moment": moment, "limit": limit})
        return [_message(row) for row in found.mappings()]


class StoredContacts:
    """`Contacts` in the database."""

    def __init__(self, conn: AsyncConnection) -> None:
        self._conn = conn

    async def of(self, participant_ids: Collection[UUID]) -> Mapping[UUID, Contact]:
        query = select(tables.CONTACTS).where(tables.CONTACTS.c.participant_id == _any(participant_ids))
        return {row["participant_id"]: Contact(**row) for row in (await self._conn.execute(query)).mappings()}

    async def keep(self, contacts: Sequence[Contact]) -> None:
        await rows.upsert(self._conn, tables.CONTACTS, [_plain(contact) for contact in contacts], newer="sequence")


class StoredCohorts:
    """`Cohorts` in the database."""

    def __init__(self, conn: AsyncConnection) -> None:
        self._conn = conn

    async def of(self, cohort_ids: Collection[UUID]) -> Mapping[UUID, Cohort]:
        return await self._read(self._query(cohort_ids))

    async def steady(self, cohort_ids: Collection[UUID]) -> Mapping[UUID, Cohort]:
        return await self._read(self._query(cohort_ids).with_for_update(read=True)) if cohort_ids else {}

    async def mine(self, cohort_ids: Collection[UUID]) -> Mapping[UUID, Cohort]:
        return await self._read(self._query(cohort_ids).with_for_update())

    async def keep(self, cohorts: Sequence[Cohort]) -> None:
        kept = [
            {
                "id": cohort.id,
                "sequence": cohort.sequence,
                "site_name": cohort.site_name,
                "status": cohort.status,
                "sessions": [
                    {"id": session.id, "number": session.number, "starts_at": session.starts_at, "status": session.status}
                    for session in cohort.sessions
                ],
            }
            for cohort in cohorts
        ]
        await rows.upsert(self._conn, tables.COHORTS, kept, newer="sequence")

    @staticmethod
    def _query(cohort_ids: Collection[UUID]) -> Select[Any]:
        return select(tables.COHORTS).where(tables.COHORTS.c.id == _any(cohort_ids)).order_by(tables.COHORTS.c.id)

    async def _read(self, query: Select[Any]) -> dict[UUID, Cohort]:
        return {row["id"]: _cohort(row) for row in (await self._conn.execute(query)).mappings()}


class StoredPlaces:
    """`Places` in the database."""

    def __init__(self, conn: AsyncConnection) -> None:
        self._conn = conn

    async def of(self, place_ids: Collection[UUID]) -> Mapping[UUID, Place]:
        query = select(tables.PLACES).where(tables.PLACES.c.id == _any(place_ids)).order_by(tables.PLACES.c.id).with_for_update()
        return {row["id"]: Place(**row) for row in (await self._conn.execute(query)).mappings()}

    async def in_cohorts(self, cohort_ids: Collection[UUID]) -> list[Place]:
        query = select(tables.PLACES).where(tables.PLACES.c.cohort_id == _any(cohort_ids)).order_by(tables.PLACES.c.id)
        return [Place(**row) for row in (await self._conn.execute(query)).mappings()]

    async def keep(self, places: Sequence[Place]) -> None:
        await rows.upsert(self._conn, tables.PLACES, [_plain(place) for place in places], newer="sequence")


class StoredHeard:
    """`Heard` in the database."""

    def __init__(self, conn: AsyncConnection) -> None:
        self._conn = conn

    async def versions(self, thing: str, ids: Collection[UUID]) -> Mapping[UUID, int]:
        heard = tables.HEARD
        query = select(heard.c.id, heard.c.sequence).where(heard.c.thing == thing, heard.c.id == _any(ids))
        return {row.id: row.sequence for row in await self._conn.execute(query.order_by(heard.c.id).with_for_update())}

    async def keep(self, thing: str, versions: Mapping[UUID, int]) -> None:
        kept = [{"thing": thing, "id": id_, "sequence": sequence} for id_, sequence in versions.items()]
        await rows.upsert(self._conn, tables.HEARD, kept, newer="sequence")


async def earliest_due(conn: AsyncConnection) -> datetime | None:
    """The domain time at which the next message is due that no provider has put off."""
    query = select(_MESSAGES.c.due_at).where(_IS_OPEN, _MESSAGES.c.retry_at.is_(None)).order_by(_MESSAGES.c.due_at).limit(1)
    return (await conn.execute(query)).scalar()


async def earliest_retry(conn: AsyncConnection) -> datetime | None:
    """The real time at which the next message is to be tried again."""
    query = select(_MESSAGES.c.retry_at).where(_MESSAGES.c.retry_at.is_not(None)).order_by(_MESSAGES.c.retry_at).limit(1)
    return (await conn.execute(query)).scalar()


async def earliest_overdue(conn: AsyncConnection) -> datetime | None:
    """The real time at which the next message that is being sent is to be settled."""
    column = _MESSAGES.c.claimed_until
    return (await conn.execute(select(column).where(column.is_not(None)).order_by(column).limit(1))).scalar()


def _any(ids: Iterable[UUID]) -> CollectionAggregate[bool]:
    return any_(literal(list(ids), ARRAY(Uuid())))


def _plain(value: Contact | Place) -> dict[str, Any]:
    return {field.name: getattr(value, field.name) for field in fields(value)}


def _message(row: RowMapping) -> Message:
    return Message(
        **{
            **row,
            "kind": Kind(row["kind"]),
            "status": Status(row["status"]),
            "reason": Reason(row["reason"]) if row["reason"] else None,
            "channel": Channel(row["channel"]) if row["channel"] else None,
        }
    )


def _cohort(row: RowMapping) -> Cohort:
    sessions = tuple(
        Session(
            id=UUID(session["id"]),
            number=session["number"],
            starts_at=datetime.fromisoformat(session["starts_at"]),
            status=session["status"],
        )
        for session in row["sessions"]
    )
    return Cohort(id=row["id"], sequence=row["sequence"], site_name=row["site_name"], status=row["status"], sessions=sessions)
