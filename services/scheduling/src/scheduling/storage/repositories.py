"""The use cases' repositories on PostgreSQL: one statement for any number of rows."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    DateTime,
    Integer,
    RowMapping,
    Text,
    Uuid,
    and_,
    any_,
    bindparam,
    case,
    func,
    literal_column,
    select,
    text,
    true,
    union,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from scheduling.domain.allocation import LockedCohort, OpenCohort, Seeker, Wish, wishes_met_at
from scheduling.domain.cohorts import OPEN, RUNNING, Cohort, Session, Span
from scheduling.domain.enrolments import Enrolment
from scheduling.domain.people import Person
from scheduling.domain.places import DISCONTINUED, WAITING, Place
from scheduling.domain.registers import PRESENT
from scheduling.domain.sites import Site
from scheduling.storage import tables
from scheduling.use_cases.repositories import Repositories
from service_kit import rows

_IDS = bindparam("ids", type_=ARRAY(Uuid))
_PROGRAMMES = bindparam("programmes", type_=ARRAY(Text))
_NOW = bindparam("now", type_=DateTime(timezone=True))
_LIMIT = bindparam("limit", type_=Integer)

# Written out, not bound: a plan for any value can't use the indexes of open cohorts and of those who wait.
_OPEN: ColumnElement[str] = literal_column(f"'{OPEN}'")
_WAITING: ColumnElement[str] = literal_column(f"'{WAITING}'")

# Of an outward code: its postcode area, as the rule in domain/allocation.py has it.
_LETTERS_AT_THE_BEGINNING: ColumnElement[str] = literal_column("'^[A-Za-z]+'")

_PLACE_COLUMNS = [column for column in tables.places.c if column.name != "cohort_capacity"]
_ORDER_OF_LIFE = case((tables.places.c.status == DISCONTINUED, 0), else_=1)

LOCK_PLACING = text(
    "SELECT pg_advisory_xact_lock(hashtext('placing'), hashtext(programme)) FROM unnest(:programmes) AS programme"
).bindparams(_PROGRAMMES)

ENROLMENT_SEQUENCES = select(tables.enrolments.c.enrolment_id, tables.enrolments.c.sequence).where(
    tables.enrolments.c.enrolment_id == any_(_IDS)
)

LATEST_PLACES = (
    select(*_PLACE_COLUMNS)
    .where(tables.places.c.enrolment_id == any_(_IDS))
    .order_by(tables.places.c.enrolment_id, _ORDER_OF_LIFE, tables.places.c.place_id)
)

PLACES_OF_COHORT = (
    select(*_PLACE_COLUMNS)
    .where(tables.places.c.cohort_id == bindparam("cohort_id", type_=Uuid))
    .order_by(tables.places.c.place_id)
)

CAPACITIES = select(tables.cohorts.c.cohort_id, tables.cohorts.c.capacity).where(tables.cohorts.c.cohort_id == any_(_IDS))


# Where a wish names no site, or no area, it is the empty text here, so that wishes are compared by their hashes.
_SITE_WISHED = func.coalesce(tables.enrolments.c.preferred_site, "")
_AREA_WISHED = case(
    (_SITE_WISHED != "", ""),
    else_=func.coalesce(func.upper(func.substring(tables.enrolments.c.outward_code, _LETTERS_AT_THE_BEGINNING)), ""),
)
_FREE = (
    func.unnest(
        bindparam("sites", type_=ARRAY(Text)), bindparam("areas", type_=ARRAY(Text)), bindparam("seats", type_=ARRAY(Integer))
    )
    .table_valued("site_id", "area", "seats", name="free")
    .render_derived()
)
_WAITING_FOR_WHAT_IS_FREE = (
    select(
        *_PLACE_COLUMNS,
        tables.enrolments.c.preferred_site,
        tables.enrolments.c.outward_code,
        tables.enrolments.c.enrolled_at,
        _FREE.c.seats,
        func.row_number()
        .over(
            partition_by=[_FREE.c.site_id, _FREE.c.area, tables.places.c.close_attention],
            order_by=[tables.enrolments.c.enrolled_at, tables.enrolments.c.enrolment_id],
        )
        .label("turn"),
    )
    .join(tables.enrolments, tables.enrolments.c.enrolment_id == tables.places.c.enrolment_id)
    .join(_FREE, and_(_FREE.c.site_id == _SITE_WISHED, _FREE.c.area == _AREA_WISHED))
    .where(tables.places.c.status == _WAITING, tables.places.c.programme == bindparam("programme", type_=Text))
    .subquery()
)
LONGEST_WAITING = (
    select(_WAITING_FOR_WHAT_IS_FREE)
    .where(_WAITING_FOR_WHAT_IS_FREE.c.turn <= _WAITING_FOR_WHAT_IS_FREE.c.seats)
    .order_by(_WAITING_FOR_WHAT_IS_FREE.c.enrolled_at, _WAITING_FOR_WHAT_IS_FREE.c.enrolment_id)
)

_STARTS_LATER = (tables.cohorts.c.status == _OPEN, tables.cohorts.c.first_session_at > _NOW)
_ROOM = (
    tables.cohorts.c.cohort_id,
    tables.cohorts.c.programme,
    tables.cohorts.c.site_id,
    tables.sites.c.outward_code,
    tables.cohorts.c.first_session_at,
    tables.cohorts.c.capacity,
    tables.cohorts.c.seats_taken,
    tables.cohorts.c.close_attention_limit,
    tables.cohorts.c.flagged,
)

ALL_WITH_ROOM = (
    select(*_ROOM)
    .join(tables.sites)
    .where(
        tables.cohorts.c.programme == any_(_PROGRAMMES), *_STARTS_LATER, tables.cohorts.c.seats_taken < tables.cohorts.c.capacity
    )
)

_WANTED = (
    func.unnest(_PROGRAMMES, bindparam("sites", type_=ARRAY(Text)), bindparam("areas", type_=ARRAY(Text)))
    .table_valued("programme", "site_id", "area", name="wanted")
    .render_derived()
)


_AREA_OF_SITE = func.substring(tables.sites.c.outward_code, _LETTERS_AT_THE_BEGINNING)
# An area is wanted as all its sites, so that cohorts are looked up by their site.
_WANTED_SITES = union(
    *(
        select(_WANTED.c.programme, tables.sites.c.site_id).select_from(_WANTED.join(tables.sites, condition))
        for condition in (_WANTED.c.site_id == tables.sites.c.site_id, _WANTED.c.area == _AREA_OF_SITE)
    )
).subquery("wanted_sites")
_WANTED_ANYWHERE = (
    select(_WANTED.c.programme).where(_WANTED.c.site_id.is_(None), _WANTED.c.area.is_(None)).subquery("wanted_anywhere")
)


def _first_with_room(wanted: Any, *conditions: Any) -> Any:
    """For each row of what is wanted, the earliest cohorts with room that meet the conditions."""
    first = (
        select(*_ROOM)
        .select_from(tables.cohorts.join(tables.sites))
        .where(
            tables.cohorts.c.programme == wanted.c.programme,
            *_STARTS_LATER,
            tables.cohorts.c.seats_taken < tables.cohorts.c.capacity,
            *conditions,
        )
        .order_by(tables.cohorts.c.first_session_at, tables.cohorts.c.cohort_id)
        .limit(_LIMIT)
        .lateral()
    )
    return select(first).select_from(wanted.join(first, true()))


def _all_first_with_room(*conditions: Any) -> list[Any]:
    at_site = tables.cohorts.c.site_id == _WANTED_SITES.c.site_id
    return [_first_with_room(_WANTED_SITES, at_site, *conditions), _first_with_room(_WANTED_ANYWHERE, *conditions)]


_FREE_CLOSE_ATTENTION = tables.cohorts.c.flagged < tables.cohorts.c.close_attention_limit

# `sites` and `areas` beside `programmes`: at most one of them, both null where any will do.
WITH_ROOM = union(*_all_first_with_room())
WITH_ROOM_FOR_CLOSE_ATTENTION = union(*_all_first_with_room(), *_all_first_with_room(_FREE_CLOSE_ATTENTION))

OPEN_SITES = (
    select(tables.cohorts.c.programme, tables.sites.c.site_id, tables.sites.c.outward_code)
    .join(tables.sites)
    .where(tables.cohorts.c.programme == any_(_PROGRAMMES), *_STARTS_LATER)
    .distinct()
)


def _taken(seat: Any) -> Any:
    return (
        select(func.array_agg(seat))
        .where(tables.places.c.cohort_id == tables.cohorts.c.cohort_id, seat.is_not(None))
        .correlate(tables.cohorts)
        .scalar_subquery()
    )


LOCK_COHORTS = (
    select(
        tables.cohorts.c.cohort_id,
        tables.cohorts.c.first_session_at,
        tables.cohorts.c.last_session_at,
        tables.cohorts.c.capacity,
        tables.cohorts.c.close_attention_limit,
        _taken(tables.places.c.seat).label("seats"),
        _taken(tables.places.c.close_attention_seat).label("close_attention_seats"),
    )
    .where(tables.cohorts.c.cohort_id == any_(_IDS))
    .order_by(tables.cohorts.c.cohort_id)
    .with_for_update(of=tables.cohorts)
)

RECOUNT = text("""
    UPDATE cohorts SET seats_taken = counted.seats_taken, flagged = counted.flagged
    FROM (
        SELECT c.cohort_id, count(p.seat) AS seats_taken,
            count(*) FILTER (WHERE p.seat IS NOT NULL AND p.close_attention) AS flagged
        FROM cohorts c LEFT JOIN places p USING (cohort_id)
        WHERE c.cohort_id = ANY (:ids) GROUP BY c.cohort_id
    ) counted
    WHERE cohorts.cohort_id = counted.cohort_id
""").bindparams(_IDS)

COHORT_OF_SESSION = select(tables.sessions.c.cohort_id).where(tables.sessions.c.session_id == bindparam("session_id", type_=Uuid))

_COHORT = select(tables.cohorts, tables.sites.c.name.label("site_name")).join(tables.sites)

LOCKED_COHORT = _COHORT.where(tables.cohorts.c.cohort_id == bindparam("cohort_id", type_=Uuid)).with_for_update(of=tables.cohorts)

LOCKED_UNFINISHED = (
    _COHORT.where(tables.cohorts.c.site_id == bindparam("site_id", type_=Text), tables.cohorts.c.status.in_([OPEN, RUNNING]))
    .order_by(tables.cohorts.c.cohort_id)
    .with_for_update(of=tables.cohorts)
)

LOCKED_TO_START = (
    _COHORT.where(tables.cohorts.c.status == _OPEN, tables.cohorts.c.first_session_at <= _NOW)
    .order_by(tables.cohorts.c.cohort_id)
    .limit(_LIMIT)
    .with_for_update(of=tables.cohorts, skip_locked=True)
)

SESSIONS = (
    select(tables.sessions)
    .where(tables.sessions.c.cohort_id == any_(_IDS))
    .order_by(tables.sessions.c.cohort_id, tables.sessions.c.number)
)

REGISTER = select(tables.attendance.c.place_id, tables.attendance.c.status).where(
    tables.attendance.c.session_id == bindparam("session_id", type_=Uuid)
)

ATTENDED = (
    select(tables.attendance.c.place_id, func.count().label("sessions"))
    .join(tables.sessions, tables.sessions.c.session_id == tables.attendance.c.session_id)
    .where(tables.sessions.c.cohort_id == bindparam("cohort_id", type_=Uuid), tables.attendance.c.status == PRESENT)
    .group_by(tables.attendance.c.place_id)
)

NEXT_START = select(func.min(tables.cohorts.c.first_session_at)).where(tables.cohorts.c.status == _OPEN)


def repositories_in(conn: AsyncConnection) -> Repositories:
    """All repositories, in one transaction."""
    return Repositories(
        enrolments=EnrolmentRows(conn),
        places=PlaceRows(conn),
        cohorts=CohortRows(conn),
        registers=RegisterRows(conn),
        sites=SiteRows(conn),
        people=PersonRows(conn),
    )


async def next_cohort_start(conn: AsyncConnection) -> datetime | None:
    """When the next open cohort starts."""
    earliest: datetime | None = (await conn.execute(NEXT_START)).scalar_one()
    return earliest


class EnrolmentRows:
    def __init__(self, conn: AsyncConnection) -> None:
        self._conn = conn

    async def keep_newer(self, enrolments: Sequence[Enrolment]) -> set[UUID]:
        """Store those that are newer than what is stored; return their ids. Placing must be locked for their programmes."""
        ids = [enrolment.enrolment_id for enrolment in enrolments]
        stored = {row.enrolment_id: row.sequence for row in await self._conn.execute(ENROLMENT_SEQUENCES, {"ids": ids})}
        newer = [one for one in enrolments if one.sequence > stored.get(one.enrolment_id, -1)]
        await rows.upsert(self._conn, tables.enrolments, [_columns(one) for one in newer], newer="sequence")
        return {one.enrolment_id for one in newer}


class PlaceRows:
    def __init__(self, conn: AsyncConnection) -> None:
        self._conn = conn

    async def latest_of(self, enrolment_ids: Sequence[UUID]) -> list[Place]:
        """The latest place of each enrolment that has one."""
        found = (await self._conn.execute(LATEST_PLACES, {"ids": list(enrolment_ids)})).mappings()
        return list({row["enrolment_id"]: Place(**row) for row in found}.values())

    async def of_cohort(self, cohort_id: UUID) -> list[Place]:
        """All places that are or were in the cohort."""
        return [Place(**row) for row in (await self._conn.execute(PLACES_OF_COHORT, {"cohort_id": cohort_id})).mappings()]

    async def longest_waiting(self, programme: str, *, free: Mapping[Wish, int]) -> list[tuple[Place, Seeker]]:
        """Those who wait for what is free, earliest enrolled first.

        With each wish as many who need close attention, and as many who don't, as there are seats `free` for it.
        """
        wanted = {
            "programme": programme,
            "sites": [wish.site_id or "" for wish in free],
            "areas": [wish.area or "" for wish in free],
            "seats": list(free.values()),
        }
        found = (await self._conn.execute(LONGEST_WAITING, wanted)).mappings()
        return [(_place(row), _seeker(row)) for row in found]

    async def add(self, places: Sequence[Place]) -> None:
        """Store new places."""
        await rows.insert(self._conn, tables.places, await self._with_capacity(places))

    async def change(self, places: Sequence[Place]) -> None:
        """Store places that are there already."""
        await rows.update(self._conn, tables.places, await self._with_capacity(places))

    async def _with_capacity(self, places: Sequence[Place]) -> list[dict[str, Any]]:
        cohort_ids = sorted({place.cohort_id for place in places if place.cohort_id})
        capacities = {}
        if cohort_ids:
            capacities = {row.cohort_id: row.capacity for row in await self._conn.execute(CAPACITIES, {"ids": cohort_ids})}
        return [
            {**_columns(place), "cohort_capacity": capacities[place.cohort_id] if place.cohort_id else None} for place in places
        ]


class CohortRows:
    def __init__(self, conn: AsyncConnection) -> None:
        self._conn = conn

    async def lock_placing(self, programmes: Sequence[str]) -> None:
        """Let one transaction at a time give out or free seats of a programme, until it commits."""
        await self._conn.execute(LOCK_PLACING, {"programmes": list(programmes)})

    async def lock(self, cohort_ids: Sequence[UUID]) -> Mapping[UUID, LockedCohort]:
        """Lock the cohorts in key order and return their seats, which stay so where placing is locked, too."""
        if not cohort_ids:
            return {}
        found = await self._conn.execute(LOCK_COHORTS, {"ids": list(cohort_ids)})
        return {
            row.cohort_id: LockedCohort(
                cohort_id=row.cohort_id,
                span=Span(first_session_at=row.first_session_at, last_session_at=row.last_session_at),
                capacity=row.capacity,
                close_attention_limit=row.close_attention_limit,
                seats_taken=frozenset(row.seats or ()),
                close_attention_seats_taken=frozenset(row.close_attention_seats or ()),
            )
            for row in found
        }

    async def with_room(self, seekers: Sequence[Seeker], *, now: datetime) -> list[OpenCohort]:
        """Of the open cohorts that haven't started and have a seat left, as many as these seekers could make a difference to.

        Each seeker fills at most one cohort, or its close-attention seats, so one more than seekers of every kind is enough.
        """
        wanted = {(seeker.programme, seeker.wish) for seeker in seekers}
        ordered = sorted(wanted, key=lambda one: (one[0], one[1].site_id or "", one[1].area or ""))
        flagged = any(seeker.close_attention for seeker in seekers)
        found = await self._conn.execute(
            WITH_ROOM_FOR_CLOSE_ATTENTION if flagged else WITH_ROOM,
            {
                "programmes": [programme for programme, _ in ordered],
                "sites": [wish.site_id for _, wish in ordered],
                "areas": [wish.area for _, wish in ordered],
                "now": now,
                "limit": len(seekers) + 1,
            },
        )
        return list({row["cohort_id"]: OpenCohort(**row) for row in found.mappings()}.values())

    async def all_with_room(self, programmes: Sequence[str], *, now: datetime) -> list[OpenCohort]:
        """The open cohorts that haven't started and have a seat left."""
        found = await self._conn.execute(ALL_WITH_ROOM, {"programmes": list(programmes), "now": now})
        return [OpenCohort(**row) for row in found.mappings()]

    async def recount(self, cohort_ids: Sequence[UUID]) -> None:
        """Count the taken seats of locked cohorts again, after places in them changed."""
        if cohort_ids:
            await self._conn.execute(RECOUNT, {"ids": list(cohort_ids)})

    async def wishes_met(self, programmes: Sequence[str], *, now: datetime) -> Mapping[str, AbstractSet[Wish]]:
        """The wishes that an open cohort which hasn't started fits, by programme, full ones too."""
        met: dict[str, set[Wish]] = defaultdict(set)
        for row in await self._conn.execute(OPEN_SITES, {"programmes": list(programmes), "now": now}):
            met[row.programme].update(wishes_met_at(site_id=row.site_id, outward_code=row.outward_code))
        return met

    async def id_of_session(self, session_id: UUID) -> UUID | None:
        """The cohort that has this session."""
        found: UUID | None = (await self._conn.execute(COHORT_OF_SESSION, {"session_id": session_id})).scalar_one_or_none()
        return found

    async def locked(self, cohort_id: UUID) -> Cohort | None:
        """One cohort, locked."""
        found = (await self._conn.execute(LOCKED_COHORT, {"cohort_id": cohort_id})).mappings().all()
        return next(iter(await self._with_sessions(found)), None)

    async def locked_unfinished_at(self, site_id: str) -> list[Cohort]:
        """The open and running cohorts at a site, locked in key order."""
        return await self._with_sessions((await self._conn.execute(LOCKED_UNFINISHED, {"site_id": site_id})).mappings().all())

    async def locked_to_start(self, *, now: datetime, limit: int) -> list[Cohort]:
        """Open cohorts whose first session has begun; those that another transaction holds are left out."""
        found = (await self._conn.execute(LOCKED_TO_START, {"now": now, "limit": limit})).mappings().all()
        return await self._with_sessions(found)

    async def add(self, cohort: Cohort) -> None:
        """Store a new cohort with its sessions."""
        await rows.insert(self._conn, tables.cohorts, [_cohort_columns(cohort)])
        await rows.insert(self._conn, tables.sessions, _session_columns(cohort))

    async def change(self, cohort: Cohort) -> None:
        """Store a cohort that is there already, with its sessions."""
        await rows.update(self._conn, tables.cohorts, [_cohort_columns(cohort)])
        await rows.update(self._conn, tables.sessions, _session_columns(cohort))

    async def _with_sessions(self, found: Sequence[RowMapping]) -> list[Cohort]:
        if not found:
            return []
        sessions: dict[UUID, list[Session]] = defaultdict(list)
        for row in await self._conn.execute(SESSIONS, {"ids": [row["cohort_id"] for row in found]}):
            sessions[row.cohort_id].append(
                Session(
                    session_id=row.session_id,
                    number=row.number,
                    starts_at=row.starts_at,
                    ends_at=row.ends_at,
                    status=row.status,
                )
            )
        return [
            Cohort(
                cohort_id=row["cohort_id"],
                sequence=row["sequence"],
                programme=row["programme"],
                site_id=row["site_id"],
                site_name=row["site_name"],
                status=row["status"],
                capacity=row["capacity"],
                close_attention_limit=row["close_attention_limit"],
                sessions=tuple(sessions[row["cohort_id"]]),
            )
            for row in found
        ]


class RegisterRows:
    def __init__(self, conn: AsyncConnection) -> None:
        self._conn = conn

    async def of_session(self, session_id: UUID) -> Mapping[UUID, str]:
        """The statuses by place."""
        return {row.place_id: row.status for row in await self._conn.execute(REGISTER, {"session_id": session_id})}

    async def keep(self, session_id: UUID, statuses: Mapping[UUID, str], *, recorded_by: UUID, now: datetime) -> None:
        """Store the register; what is recorded already for these places is replaced."""
        await rows.upsert(
            self._conn,
            tables.attendance,
            [
                {
                    "session_id": session_id,
                    "place_id": place_id,
                    "status": status,
                    "recorded_by": recorded_by,
                    "recorded_at": now,
                }
                for place_id, status in statuses.items()
            ],
        )

    async def attended(self, cohort_id: UUID) -> Mapping[UUID, int]:
        """How many of the cohort's sessions each place was present at."""
        return {row.place_id: row.sessions for row in await self._conn.execute(ATTENDED, {"cohort_id": cohort_id})}


class SiteRows:
    def __init__(self, conn: AsyncConnection) -> None:
        self._conn = conn

    async def get(self, site_id: str) -> Site | None:
        """One site, if it is known."""
        found = (await self._conn.execute(select(tables.sites).where(tables.sites.c.site_id == site_id))).mappings().one_or_none()
        if found is None:
            return None
        return Site(**{**found, "closed_on": tuple(date.fromisoformat(day) for day in found["closed_on"])})

    async def keep(self, site: Site) -> None:
        """Store the site as it is now."""
        row = {**_columns(site), "closed_on": [day.isoformat() for day in site.closed_on]}
        await rows.upsert(self._conn, tables.sites, [row])


class PersonRows:
    def __init__(self, conn: AsyncConnection) -> None:
        self._conn = conn

    async def keep_newer(self, people: Sequence[Person]) -> None:
        """Store those that are newer than what is stored."""
        await rows.upsert(self._conn, tables.people, [_columns(person) for person in people], newer="sequence")


def _columns(record: Enrolment | Place | Person | Site) -> dict[str, Any]:
    return {name: getattr(record, name) for name in record.__slots__}


def _place(row: RowMapping) -> Place:
    return Place(**{column.name: row[column.name] for column in _PLACE_COLUMNS})


def _seeker(row: RowMapping) -> Seeker:
    return Seeker(
        programme=row["programme"],
        preferred_site=row["preferred_site"],
        outward_code=row["outward_code"],
        close_attention=row["close_attention"],
    )


def _cohort_columns(cohort: Cohort) -> dict[str, Any]:
    return {
        "cohort_id": cohort.cohort_id,
        "sequence": cohort.sequence,
        "programme": cohort.programme,
        "site_id": cohort.site_id,
        "status": cohort.status,
        "capacity": cohort.capacity,
        "close_attention_limit": cohort.close_attention_limit,
        "first_session_at": cohort.span.first_session_at,
        "last_session_at": cohort.span.last_session_at,
    }


def _session_columns(cohort: Cohort) -> list[dict[str, Any]]:
    return [
        {
            "session_id": session.session_id,
            "cohort_id": cohort.cohort_id,
            "number": session.number,
            "starts_at": session.starts_at,
            "ends_at": session.ends_at,
            "status": session.status,
        }
        for session in cohort.sessions
    ]
