"""What a register changed is stored: attendance that counts, places, flags, and tasks for staff."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from scheduling.domain.absences import MISSED_TOO_MANY
from scheduling.domain.allocation import Seating
from scheduling.domain.cohorts import FINISHED, HELD, Cohort
from scheduling.domain.make_ups import counted
from scheduling.domain.open_register import OpenRegister, Staff
from scheduling.domain.places import Place
from scheduling.domain.register_contents import ATTENDANCE, CLOSE_ATTENTION, CloseAttention
from scheduling.domain.register_contents import INCIDENT as INCIDENT_ENTRY
from scheduling.domain.register_entries import CURRENT, RegisterEntry
from scheduling.domain.tasks import INCIDENT, MISSED_TWO, Task, new_task
from scheduling.use_cases.changes import Changes
from scheduling.use_cases.raise_tasks import raise_where_attention_is_over, settle
from scheduling.use_cases.repositories import Repositories


@dataclass(frozen=True, slots=True, kw_only=True)
class _Counted:
    """The cohort and its places after the attendance so far, and those of guests with the cohorts that they are in."""

    cohort: Cohort
    places: tuple[tuple[Place, Cohort], ...]


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
    sums = await _count(register, by=by, repositories=repositories, now=now, is_recorded=is_recorded)
    if sums is None:
        return Changes()

    before = {place.place_id: place for place in (*register.all_places, *register.guests)}
    after = [(place, cohort) for place, cohort in sums.places if place is not before[place.place_id]]
    changed = [place for place, _ in after]
    await repositories.places.change(changed)
    if sums.cohort is not register.cohort:
        await repositories.cohorts.change(sums.cohort)
        if register.guests:
            await repositories.seats.recount([sums.cohort.cohort_id])
    missed = [place for place in changed if place.missed_in_a_row >= MISSED_TOO_MANY > before[place.place_id].missed_in_a_row]
    came = [place for place in changed if before[place.place_id].missed_in_a_row >= MISSED_TOO_MANY > place.missed_in_a_row]
    await repositories.tasks.raise_([_missed_task(register, place, now=now, new_id=new_id) for place in missed])
    await settle(kind=MISSED_TWO, about=[str(place.place_id) for place in came], repositories=repositories)
    return Changes(
        cohorts=() if sums.cohort is register.cohort else (sums.cohort,),
        places=tuple((place, cohort.span) for place, cohort in after),
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
    of_cohort = [(place, cohort) for place in register.all_places]
    of_others = [
        (one, register.guest_cohorts[one.cohort_id]) for one in register.guests if one.cohort_id in register.guest_cohorts
    ]
    attended = await repositories.registers.attended([place.place_id for place, _ in (*of_cohort, *of_others)])
    places = []
    for place, own in (*of_cohort, *of_others):
        sums = counted(register.programme, attended.get(place.place_id, ()))
        recounted = place.with_attendance(
            attended=sums.attended,
            run=own.sessions_run,
            finished=own.status == FINISHED,
            missed_in_a_row=sums.missed_in_a_row,
            programme=register.programme,
            now=now,
        )
        if own is not cohort:
            recounted = recounted.with_make_up_attended(
                register.session.session_id, register.statuses.get(place.place_id), now=now
            )
        places.append((recounted, own))
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
    cohort_ids = await repositories.places.with_company([register.cohort.cohort_id, *register.guest_cohorts])
    seating = Seating(await repositories.seats.lock(cohort_ids, now=now))
    changed = []
    for place in places:
        raised, seat = flags[place.place_id], place.close_attention_seat
        if raised and not place.close_attention and place.cohort_id:
            seat = seating.take_close_attention(place.cohort_id)
        changed.append(place.flagged_by_staff(close_attention=raised, free_seat=seat))
    await repositories.places.change(changed)
    await repositories.seats.recount(cohort_ids)
    await raise_where_attention_is_over(cohort_ids, repositories=repositories, now=now, new_id=new_id)
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
