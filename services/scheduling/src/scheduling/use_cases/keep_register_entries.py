"""What a tablet entered is taken into a session's register, each entry once, whenever it arrives."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from scheduling.domain.broken_rule import BrokenRuleError
from scheduling.domain.cohorts import Cohort, UnknownSessionError
from scheduling.domain.open_register import OpenRegister, Staff
from scheduling.domain.places import Place
from scheduling.domain.programmes import Programme
from scheduling.domain.register_contents import CLOSE_ATTENTION
from scheduling.domain.register_entries import REFUSED, NewEntry
from scheduling.use_cases.changes import Changes
from scheduling.use_cases.repositories import Repositories
from scheduling.use_cases.store_register import store_register


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What became of one entry: accepted, already, agreed, contested or refused; refused, `sentence` names the field and rule."""

    entry_id: UUID
    result: str
    sentence: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What became of each entry, and what changed with them."""

    taken: tuple[Taken, ...]
    changes: Changes


async def keep_register_entries(
    *,
    session_id: UUID,
    entries: Sequence[NewEntry],
    by: Staff,
    programmes: Mapping[str, Programme],
    repositories: Repositories,
    now: datetime,
    new_id: Callable[[], UUID],
) -> Kept:
    """Take the entries in their order. One that breaks a rule is refused with its sentence and the others are taken.

    Once everybody is marked the register counts. Raises UnknownSessionError.
    """
    flags = any(entry.kind == CLOSE_ATTENTION for entry in entries)
    register = await opened_register(session_id=session_id, programmes=programmes, repositories=repositories, changes_flags=flags)
    taken = []
    for entry in entries:
        try:
            taken.append(Taken(entry_id=entry.entry_id, result=register.take(entry, by=by, now=now)))
        except BrokenRuleError as broken:
            taken.append(Taken(entry_id=entry.entry_id, result=REFUSED, sentence=broken.sentence))
    changes = await store_register(register=register, by=by, repositories=repositories, now=now, new_id=new_id)
    return Kept(taken=tuple(taken), changes=changes)


async def opened_register(
    *, session_id: UUID, programmes: Mapping[str, Programme], repositories: Repositories, changes_flags: bool
) -> OpenRegister:
    """Lock the cohort and its guests', and return the register of a session. Raises UnknownSessionError and BrokenRuleError."""
    cohort_id = await repositories.cohorts.id_of_session(session_id)
    if cohort_id is None:
        raise UnknownSessionError
    if changes_flags:
        # Seats are given out under this lock, which comes before the cohort's.
        await repositories.seats.lock_placing(sorted(programmes))
    locked, guests = await _locked_with_guests(cohort_id, session_id, repositories)
    cohort = locked.get(cohort_id)
    if cohort is None:
        raise UnknownSessionError
    programme = programmes.get(cohort.programme)
    if programme is None:
        raise BrokenRuleError("programme", f"programme {cohort.programme} is not known here any more.")
    return OpenRegister(
        session_id=session_id,
        cohort=cohort,
        places=await repositories.places.of_cohort(cohort_id),
        programme=programme,
        entries=await repositories.registers.entries_of(session_id),
        guests=guests,
        guest_cohorts=[locked[one.cohort_id] for one in guests if one.cohort_id and one.cohort_id in locked],
    )


async def _locked_with_guests(
    cohort_id: UUID, session_id: UUID, repositories: Repositories
) -> tuple[Mapping[UUID, Cohort], list[Place]]:
    """Lock a cohort, and in key order with it those from which somebody comes to this session; return them and their places."""
    guests = await repositories.places.guests_at([session_id])
    found: dict[UUID, Cohort] = {}
    for one in sorted({cohort_id, *(guest.cohort_id for guest in guests if guest.cohort_id)}):
        if (cohort := await repositories.cohorts.locked(one)) is not None:
            found[one] = cohort
    guests = await repositories.places.guests_at([session_id])
    # Somebody who was booked a moment ago.
    for guest in guests:
        if guest.cohort_id and guest.cohort_id not in found and (late := await repositories.cohorts.locked(guest.cohort_id)):
            found[guest.cohort_id] = late
    return found, guests
