"""Registers as staff see them."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import ARRAY, RowMapping, Uuid, bindparam, text
from sqlalchemy.ext.asyncio import AsyncConnection

from scheduling.domain.programmes import Programme
from scheduling.domain.register_contents import ATTENDANCE, CLOSE_ATTENTION, EXERCISE, GOALS, INCIDENT, REVIEW, SIGN_OFF
from scheduling.domain.register_entries import CONTESTED, CURRENT, RegisterEntry
from scheduling.storage.registers import ENTRIES, entry_of
from scheduling.use_cases.look_up_register import (
    Contested,
    HistoryLine,
    RegisterLine,
    RegisterSheet,
    ShownEntry,
    ShownExercise,
    ShownFlag,
    ShownGoals,
    ShownIncident,
    ShownMark,
    ShownReview,
    ShownStation,
    ShownTheme,
)

SESSION = text("""
    SELECT cohort_id, sites.site_id, sites.name AS site_name, cohorts.site_id AS cohort_site_id, programme, session_id,
        number, starts_at, ends_at, sessions.status, themes,
        ARRAY(
            SELECT theme FROM sessions s CROSS JOIN jsonb_array_elements_text(s.themes) AS theme
            WHERE s.cohort_id = sessions.cohort_id
            GROUP BY theme HAVING bool_and(s.status = 'cancelled')
        ) AS owed,
        NOT EXISTS (SELECT FROM sessions s WHERE s.cohort_id = sessions.cohort_id AND s.status <> 'cancelled'
            AND s.starts_at < sessions.starts_at) AS is_first,
        NOT EXISTS (SELECT FROM sessions s WHERE s.cohort_id = sessions.cohort_id AND s.status <> 'cancelled'
            AND s.starts_at > sessions.starts_at) AS is_last
    FROM sessions JOIN cohorts USING (cohort_id)
    LEFT JOIN rooms ON rooms.room_id = coalesce(sessions.room_id, cohorts.room_id)
    JOIN sites ON sites.site_id = coalesce(rooms.site_id, cohorts.site_id)
    WHERE session_id = :session_id
""")

LINES = text("""
    SELECT places.place_id, participant_id, display_name, emergency_contact_name, emergency_contact_phone, close_attention,
        missed_in_a_row, sites.name AS guest_from
    FROM places LEFT JOIN people USING (participant_id)
    LEFT JOIN make_ups m ON m.place_id = places.place_id AND m.session_id = :session_id AND m.status = 'coming'
    LEFT JOIN cohorts own ON own.cohort_id = m.of_cohort_id LEFT JOIN sites USING (site_id)
    WHERE (places.cohort_id = :cohort_id OR m.session_id IS NOT NULL)
        AND places.status IN ('placed', 'attending', 'completed', 'below_completion', 'never_started', 'cut_short')
    ORDER BY display_name NULLS LAST, participant_id
""")

# Of each person and station what was recorded last before this session, wherever, and the goals from the first one.
EARLIER = text("""
    SELECT DISTINCT ON (e.place_id, e.kind, e.content ->> 'station') e.*, s.number
    FROM register_entries e JOIN sessions s USING (session_id)
    WHERE e.place_id = ANY (:places) AND s.starts_at < :starts_at AND e.standing = 'current'
        AND (e.kind = 'goals' OR (e.kind = 'exercise' AND NOT (e.content ->> 'removed')::boolean))
    ORDER BY e.place_id, e.kind, e.content ->> 'station', s.starts_at DESC, e.position DESC
""").bindparams(bindparam("places", type_=ARRAY(Uuid)))

NAMES = text("""
    SELECT place_id, participant_id, display_name FROM places LEFT JOIN people USING (participant_id)
    WHERE cohort_id = :cohort_id OR place_id IN (SELECT place_id FROM make_ups WHERE session_id = :session_id)
""")

T = TypeVar("T", bound=ShownEntry)


async def register_sheet(
    conn: AsyncConnection, session_id: UUID, *, programmes: Mapping[str, Programme], now: datetime
) -> RegisterSheet | None:
    """The register of one session, entered or still to be."""
    session = (await conn.execute(SESSION, {"session_id": session_id})).mappings().one_or_none()
    if session is None:
        return None
    cohort_id, number = session["cohort_id"], session["number"]
    people = (await conn.execute(LINES, {"cohort_id": cohort_id, "session_id": session_id})).mappings().all()
    entries = [entry_of(row) for row in (await conn.execute(ENTRIES, {"session_id": session_id})).mappings()]
    earlier_key = {"places": [person["place_id"] for person in people], "starts_at": session["starts_at"]}
    earlier: dict[UUID | None, list[tuple[int, RegisterEntry]]] = defaultdict(list)
    for row in (await conn.execute(EARLIER, earlier_key)).mappings():
        earlier[row["place_id"]].append((row["number"], entry_of(row)))
    standing: dict[tuple[UUID | None, str], list[RegisterEntry]] = defaultdict(list)
    for entry in entries:
        if entry.standing == CURRENT:
            standing[entry.place_id, entry.kind].append(entry)
    programme = programmes.get(session["programme"])
    shown = {name: value for name, value in session.items() if name not in ("owed", "themes")}
    participants = {person["place_id"]: person["participant_id"] for person in people}
    return RegisterSheet(
        **shown,
        shown_at=now,
        themes=_themes(programme, session["themes"]),
        owed=_themes(programme, session["owed"]),
        stations=[ShownStation(**asdict(station)) for station in (programme.stations if programme else ())],
        lines=[_line(person, standing, earlier[person["place_id"]], number=number) for person in people],
        incidents=[
            _shown(ShownIncident, entry, participant_id=participants.get(entry.place_id))
            for (_, kind), made in standing.items()
            if kind == INCIDENT
            for entry in made
        ],
        contested=_contested(entries, participants=participants),
        signed_off=latest(ShownEntry, standing[None, SIGN_OFF]),
    )


async def register_history(conn: AsyncConnection, session_id: UUID) -> Sequence[HistoryLine]:
    """Every entry of a session's register in the order in which they arrived, whatever became of it."""
    session = (await conn.execute(SESSION, {"session_id": session_id})).mappings().one_or_none()
    if session is None:
        return []
    names = {
        row.place_id: row for row in await conn.execute(NAMES, {"cohort_id": session["cohort_id"], "session_id": session_id})
    }
    entries = [entry_of(row) for row in (await conn.execute(ENTRIES, {"session_id": session_id})).mappings()]
    return [
        HistoryLine(
            **_made(entry),
            kind=entry.kind,
            participant_id=names[entry.place_id].participant_id if entry.place_id in names else None,
            display_name=names[entry.place_id].display_name if entry.place_id in names else None,
            standing=entry.standing,
            content=asdict(entry.content),
        )
        for entry in entries
    ]


def shown_exercise(entry: RegisterEntry, *, number: int) -> ShownExercise:
    """An exercise record of the session that has this number."""
    content = asdict(entry.content)
    del content["removed"]
    return ShownExercise(**_made(entry), **content, record_id=_record_id(entry), number=number)


def latest(shape: type[T], entries: Sequence[RegisterEntry]) -> T | None:
    """The last of these entries, as it is shown."""
    return _shown(shape, entries[-1]) if entries else None


def _themes(programme: Programme | None, codes: Sequence[str]) -> list[ShownTheme]:
    """These themes in the programme's order; those of a programme that is not known any more by their codes."""
    if programme is None:
        return [ShownTheme(code=code, title=code) for code in codes]
    known = [theme.code for theme in programme.themes]
    ordered = sorted(codes, key=lambda code: known.index(code) if code in known else len(known))
    return [ShownTheme(code=code, title=programme.theme_title(code)) for code in ordered]


def _line(
    person: RowMapping,
    standing: Mapping[tuple[UUID | None, str], list[RegisterEntry]],
    earlier: Sequence[tuple[int, RegisterEntry]],
    *,
    number: int,
) -> RegisterLine:
    def made(kind: str) -> list[RegisterEntry]:
        return standing.get((person["place_id"], kind), [])

    mark = latest(ShownMark, made(ATTENDANCE))
    goals = [*made(GOALS), *(entry for _, entry in earlier if entry.kind == GOALS)]
    return RegisterLine(
        **person,
        status=mark.status if mark else None,
        mark=mark,
        exercises=[shown_exercise(entry, number=number) for entry in made(EXERCISE) if not asdict(entry.content)["removed"]],
        last_time=[shown_exercise(entry, number=when) for when, entry in earlier if entry.kind == EXERCISE],
        goals=latest(ShownGoals, goals[:1]),
        review=latest(ShownReview, made(REVIEW)),
        flag=latest(ShownFlag, made(CLOSE_ATTENTION)),
    )


def _contested(entries: Sequence[RegisterEntry], *, participants: Mapping[UUID | None, UUID]) -> list[Contested]:
    stands = {entry.slot: entry.entry_id for entry in entries if entry.standing == CURRENT}
    return [
        Contested(
            entry_id=entry.entry_id,
            stands=stands[entry.slot],
            kind=entry.kind,
            participant_id=participants.get(entry.place_id),
            record_id=_record_id(entry) if entry.kind == EXERCISE else None,
            by=entry.made.name,
            at=entry.made.at,
            content=asdict(entry.content),
        )
        for entry in entries
        if entry.standing == CONTESTED
    ]


def _shown(shape: type[T], entry: RegisterEntry, **more: Any) -> T:
    return shape(**_made(entry), **asdict(entry.content), **more)


def _made(entry: RegisterEntry) -> dict[str, Any]:
    return {"entry_id": entry.entry_id, "by": entry.made.name, "at": entry.made.at, "reason": entry.made.reason}


def _record_id(entry: RegisterEntry) -> str:
    return entry.slot.rpartition(":")[2]
