"""The rows behind each use case's desk, a statement for any number of them."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import fields, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Integer,
    RowMapping,
    Select,
    Text,
    Uuid,
    any_,
    bindparam,
    false,
    func,
    literal,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.elements import CollectionAggregate, TextClause

from notifications.domain.cohort import Cohort, Session
from notifications.domain.contact import Contact
from notifications.domain.message import Channel, Kind, Message, Reason, Stage, Status
from notifications.domain.place import Place
from notifications.domain.site import Site
from notifications.storage import tables
from notifications.storage.people import StoredPeople
from notifications.use_cases.desk import Desk, Given
from service_kit import due, rows

_MESSAGE_FIELDS = tuple(field.name for field in fields(Message))
_CHANGING = (
    "id",
    "participant_id",
    "facts",
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
    "given_at",
    "words",
    "unsubscribe",
)
_MESSAGES = tables.MESSAGES
_CONTACT_FIELDS = tuple(field.name for field in fields(Contact) if field.name not in {"stopped", "unsubscribed"})
_CONTACTS_AND_STOPS = tables.CONTACTS.outerjoin(
    tables.SUPPRESSIONS, tables.SUPPRESSIONS.c.number_hash == tables.CONTACTS.c.number_hash
).outerjoin(tables.UNSUBSCRIBED, tables.UNSUBSCRIBED.c.email_hash == tables.CONTACTS.c.email_hash)
_MAY_HAVE_GONE = (Status.SENDING, Status.SENT, Status.DELIVERED, Status.UNKNOWN)
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
        sites=StoredSites(conn),
        places=StoredPlaces(conn),
        heard=StoredHeard(conn),
        suppressions=StoredSuppressions(conn),
        people=StoredPeople(conn),
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

    async def about(self, kind: Kind, about_ids: Collection[str]) -> list[Message]:
        same_kind = text(f"messages.kind = '{kind.value}'")
        return await self._locked(_MESSAGES.c.about_id == any_(literal(list(about_ids), ARRAY(Text()))), same_kind)

    async def dropped_for(self, reason: Reason, participant_ids: Collection[UUID]) -> list[Message]:
        dropped = _MESSAGES.c.status == Status.DROPPED
        return await self._locked(_MESSAGES.c.participant_id == _any(participant_ids), dropped, _MESSAGES.c.reason == reason)

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
            [{name: getattr(message, name) for name in _MESSAGE_FIELDS} | _life(message) for message in messages],
            returning="id",
        )

    async def change(self, messages: Sequence[Message]) -> None:
        due.soon(self._conn)
        changed = [{name: getattr(message, name) for name in _CHANGING} | _life(message) for message in messages]
        await rows.update(self._conn, _MESSAGES, changed)

    async def given_since(self, participant_ids: Collection[UUID], *, since: datetime) -> list[Given]:
        columns = (_MESSAGES.c.id, _MESSAGES.c.participant_id, _MESSAGES.c.given_at, _MESSAGES.c.words)
        query = select(*columns).where(
            _MESSAGES.c.participant_id == _any(participant_ids),
            _MESSAGES.c.given_at >= since,
            _MESSAGES.c.status.in_(_MAY_HAVE_GONE),
        )
        return [Given(*row) for row in await self._conn.execute(query)]

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
        found = await self._read(tables.CONTACTS.c.participant_id == _any(participant_ids))
        return {contact.participant_id: contact for contact in found}

    async def with_number(self, number_hash: str) -> list[Contact]:
        return await self._read(tables.CONTACTS.c.number_hash == number_hash)

    async def keep(self, contacts: Sequence[Contact]) -> None:
        kept = [
            {name: getattr(contact, name) for name in _CONTACT_FIELDS}
            | {"number_hash": contact.number_hash, "email_hash": contact.email_hash}
            for contact in contacts
        ]
        await rows.upsert(self._conn, tables.CONTACTS, kept, newer="sequence")

    async def _read(self, condition: ColumnElement[bool]) -> list[Contact]:
        stopped = func.coalesce(tables.SUPPRESSIONS.c.stopped, false()).label("stopped")
        unsubscribed = tables.UNSUBSCRIBED.c.email_hash.is_not(None).label("unsubscribed")
        columns = [*(tables.CONTACTS.c[name] for name in _CONTACT_FIELDS), stopped, unsubscribed]
        query = select(*columns).select_from(_CONTACTS_AND_STOPS).where(condition).order_by(tables.CONTACTS.c.participant_id)
        return [Contact(**row) for row in (await self._conn.execute(query)).mappings()]


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


_OF_SITE = ("address", "what_to_bring", "parking", "access_features")


class StoredCohorts:
    """`Cohorts` in the database."""

    def __init__(self, conn: AsyncConnection) -> None:
        self._conn = conn

    async def of(self, cohort_ids: Collection[UUID]) -> Mapping[UUID, Cohort]:
        sites = tables.SITES.c
        query = (
            select(tables.COHORTS, sites.sequence.label("site_sequence"), *(sites[name] for name in _OF_SITE))
            .outerjoin(tables.SITES, sites.id == tables.COHORTS.c.site_id)
            .where(tables.COHORTS.c.id == _any(cohort_ids))
        )
        found = (await self._conn.execute(query)).mappings()
        return {row["id"]: replace(_cohort(row), site=_site(row)) for row in found}

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
                "site_id": cohort.site_id,
                "sessions": [
                    {
                        "id": session.id,
                        "number": session.number,
                        "starts_at": session.starts_at,
                        "ends_at": session.ends_at,
                        "status": session.status,
                        "site_name": session.site_name,
                    }
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


class StoredSites:
    """`Sites` in the database."""

    def __init__(self, conn: AsyncConnection) -> None:
        self._conn = conn

    async def keep(self, sites: Sequence[Site]) -> None:
        kept = [
            {name: getattr(site, name) for name in site.__slots__} | {"access_features": list(site.access_features)}
            for site in sites
        ]
        await rows.upsert(self._conn, tables.SITES, kept, newer="sequence")


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
        kept = tables.PLACES.c.keys()
        written = [{name: getattr(place, name) for name in kept} for place in places]
        await rows.upsert(self._conn, tables.PLACES, written, newer="sequence")


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


def _life(message: Message) -> dict[str, Any]:
    stages = [
        {"status": stage.status, "at": stage.at.isoformat(), "reason": stage.reason, "provider": stage.provider}
        for stage in message.life
    ]
    return {"life": stages}


def _plain(value: Place) -> dict[str, Any]:
    return {field.name: getattr(value, field.name) for field in fields(value)}


def _message(row: RowMapping) -> Message:
    return Message(
        **{
            **row,
            "kind": Kind(row["kind"]),
            "status": Status(row["status"]),
            "reason": Reason(row["reason"]) if row["reason"] else None,
            "channel": Channel(row["channel"]) if row["channel"] else None,
            "only_channel": Channel(row["only_channel"]) if row["only_channel"] else None,
            "life": tuple(_stage(stage) for stage in row["life"]),
        }
    )


def _stage(written: Mapping[str, Any]) -> Stage:
    return Stage(
        status=Status(written["status"]),
        at=datetime.fromisoformat(written["at"]),
        reason=Reason(written["reason"]) if written["reason"] else None,
        provider=written["provider"],
    )


def _site(row: RowMapping) -> Site | None:
    if row["site_sequence"] is None:
        return None
    known = {name: row[name] for name in _OF_SITE} | {"access_features": tuple(row["access_features"])}
    return Site(id=row["site_id"], sequence=row["site_sequence"], **known)


def _cohort(row: RowMapping) -> Cohort:
    sessions = tuple(
        Session(
            id=UUID(session["id"]),
            number=session["number"],
            starts_at=datetime.fromisoformat(session["starts_at"]),
            status=session["status"],
            # What was kept before sessions had an end says nothing of it.
            ends_at=datetime.fromisoformat(session["ends_at"]) if session.get("ends_at") else None,
            site_name=session.get("site_name"),
        )
        for session in row["sessions"]
    )
    return Cohort(
        id=row["id"],
        sequence=row["sequence"],
        site_name=row["site_name"],
        status=row["status"],
        sessions=sessions,
        site_id=row["site_id"],
    )
