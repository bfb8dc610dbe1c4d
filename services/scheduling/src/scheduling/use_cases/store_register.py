"""What a register changed is stored: attendance that counts, places, flags, and tasks for staff."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from scheduling.domain.absences import MISSED_TOO_MANY, missed_in_a_row
from scheduling.domain.allocation import Seating
from scheduling.domain.cohorts import FINISHED, HELD, Cohort
from scheduling.domain.open_register import OpenRegister, Staff
from scheduling.domain.places import Place
from scheduling.domain.register_contents import ATTENDANCE, CLOSE_ATTENTION, CloseAttention
from scheduling.domain.register_contents import INCIDENT as INCIDENT_ENTRY
from scheduling.domain.register_entries import CURRENT, RegisterEntry
from scheduling.domain.registers import PRESENT
from scheduling.domain.tasks import INCIDENT, MISSED_TWO, Task, new_task
from scheduling.use_cases.changes import Changes
from scheduling.use_cases.raise_tasks import raise_where_attention_is_over, settle
from scheduling.use_cases.repositories import Repositories


@dataclass(frozen=True, slots=True, kw_only=True)
class _Counted:
    """The cohort and its places after the attendance so far."""

    cohort: Cohort
    places: tuple[Place, ...]


async def store_register(
    *,
    register: OpenRegister,
    by: Staff,
    repositories: Repositories,
    now: datetime,
    new_id: Callable[[], UUID],
    is_recorded: bool = False,
) -> Changes:
    """Store what was taken into a register; `is_recorded` says that it counts even where nobody is on it."""
    added = register.log.added
    await repositories.registers.keep_entries(added, changed=register.log.changed)
    await _set_flags(register, repositories=repositories, now=now, new_id=new_id)
    await repositories.tasks.raise_([_incident_task(register, entry, now=now, new_id=new_id) for entry in _incidents(added)])
    counted = await _count(register, by=by, repositories=repositories, now=now, is_recorded=is_recorded)
    if counted is None:
        return Changes()

    before = {place.place_id: place for place in register.all_places}
    changed = [place for place in counted.places if place is not before[place.place_id]]
    await repositories.places.change(changed)
    if counted.cohort is not register.cohort:
        await repositories.cohorts.change(counted.cohort)
    missed = [place for place in changed if place.missed_in_a_row >= MISSED_TOO_MANY > before[place.place_id].missed_in_a_row]
    came = [place for place in changed if before[place.place_id].missed_in_a_row >= MISSED_TOO_MANY > place.missed_in_a_row]
    await repositories.tasks.raise_([_missed_task(register, place, now=now, new_id=new_id) for place in missed])
    await settle(kind=MISSED_TWO, about=[str(place.place_id) for place in came], repositories=repositories)
    return Changes(
        cohorts=() if counted.cohort is register.cohort else (counted.cohort,),
        places=tuple((place, counted.cohort.span) for place in changed),
    )


async def _count(
    register: OpenRegister, *, by: Staff, repositories: Repositories, now: datetime, is_recorded: bool
) -> _Counted | None:
    """Count again where the register is whole and something new was entered in it; None where nothing came of it."""
    was_held = register.session.status == HELD
    changed = {entry.place_id for entry in register.log.added if entry.kind == ATTENDANCE and entry.standing == CURRENT}
    if not (register.is_whole or was_held) or not (changed or (is_recorded and not was_held)):
        return None
    cohort = register.cohort.with_register(register.session.session_id, now=now)
    statuses = {one: status for one, status in register.statuses.items() if one in changed or not was_held}
    await repositories.registers.keep(register.session.session_id, statuses, recorded_by=by.id, now=now)
    history = await repositories.registers.history(cohort.cohort_id)
    held = [session.session_id for session in sorted(cohort.sessions, key=lambda one: one.starts_at) if session.status == HELD]
    places = []
    for place in register.all_places:
        of_place = history.get(place.place_id, {})
        in_order = [of_place[session_id] for session_id in held if session_id in of_place]
        places.append(
            place.with_attendance(
                attended=in_order.count(PRESENT),
                run=cohort.sessions_run,
                finished=cohort.status == FINISHED,
                missed_in_a_row=missed_in_a_row(in_order),
                programme=register.programme,
                now=now,
            )
        )
    return _Counted(cohort=cohort, places=tuple(places))


async def _set_flags(register: OpenRegister, *, repositories: Repositories, now: datetime, new_id: Callable[[], UUID]) -> None:
    flags = {
        entry.place_id: entry.content.close_attention
        for entry in register.log.added
        if entry.kind == CLOSE_ATTENTION and entry.standing == CURRENT and isinstance(entry.content, CloseAttention)
    }
    places = [place for place in register.expected.values() if place.place_id in flags]
    if not places:
        return
    cohort_id = register.cohort.cohort_id
    seating = Seating(await repositories.seats.lock([cohort_id], now=now))
    changed = []
    for place in places:
        raised = flags[place.place_id]
        seat = seating.take_close_attention(cohort_id) if raised and not place.close_attention else place.close_attention_seat
        changed.append(place.flagged_by_staff(close_attention=raised, free_seat=seat))
    await repositories.places.change(changed)
    await repositories.seats.recount([cohort_id])
    await raise_where_attention_is_over([cohort_id], repositories=repositories, now=now, new_id=new_id)
    register.replace_places(changed)


def _incidents(added: list[RegisterEntry]) -> list[RegisterEntry]:
    return [entry for entry in added if entry.kind == INCIDENT_ENTRY]


def _incident_task(register: OpenRegister, entry: RegisterEntry, *, now: datetime, new_id: Callable[[], UUID]) -> Task:
    return new_task(
        task_id=new_id(),
        kind=INCIDENT,
        about=str(entry.entry_id),
        cohort_id=register.cohort.cohort_id,
        session_id=register.session.session_id,
        participant_id=register.participant_of(entry.place_id),
        now=now,
    )


def _missed_task(register: OpenRegister, place: Place, *, now: datetime, new_id: Callable[[], UUID]) -> Task:
    return new_task(
        task_id=new_id(),
        kind=MISSED_TWO,
        about=str(place.place_id),
        cohort_id=register.cohort.cohort_id,
        session_id=register.session.session_id,
        participant_id=place.participant_id,
        now=now,
    )
