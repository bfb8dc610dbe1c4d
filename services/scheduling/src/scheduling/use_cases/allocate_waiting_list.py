"""The whole waiting list of a programme is given what is free, together: on demand, and when cohorts open.

Nobody who was offered or given a place is moved. The plan is made on a snapshot, outside of any transaction, and carried out
under locks: where somebody or a place is no longer as it was, that person stays on the list.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from time import monotonic
from uuid import UUID

from scheduling.domain.assignment import Hopeful, Round, Worth, first_come_first_served, round_of, worth_of
from scheduling.domain.fitting import OpenCohort, fits
from scheduling.use_cases.changes import Changes
from scheduling.use_cases.offer_free_places import give, offer_free_places
from scheduling.use_cases.offering import Offering
from scheduling.use_cases.solving import Solution, Solve
from scheduling.use_cases.work import Transaction

# So many people are given their places in one transaction, so that nobody else waits long for the lock.
PORTION = 250


@dataclass(frozen=True, slots=True, kw_only=True)
class Allocated:
    """What an allocation planned, beside serving people as they came, and how many of the places could be given or offered."""

    programme: str
    worth: Worth
    as_they_came: Worth
    solution: Solution
    given: int
    seconds: float


async def allocate_held(*, transaction: Transaction, offering: Offering, solve: Solve, now: datetime) -> list[Allocated]:
    """Allocate the waiting list of each programme that has cohorts whose places wait for that."""
    async with transaction() as work:
        held = await work.repositories.seats.held(now=now)
    return [
        await allocate_waiting_list(programme=programme, transaction=transaction, offering=offering, solve=solve, now=now)
        for programme in sorted(held)
    ]


async def allocate_waiting_list(
    *, programme: str, transaction: Transaction, offering: Offering, solve: Solve, now: datetime
) -> Allocated:
    """Plan for everybody who waits, and give or offer what was planned."""
    began = monotonic()
    async with transaction() as work:
        held = (await work.repositories.seats.held(now=now)).get(programme, [])
        waiting = await work.repositories.places.all_waiting(programme)
        cohorts = await work.repositories.seats.all_with_room_or_held(programme, now=now)
    earliest = offering.earliest_start(programme, now=now)
    people = [Hopeful(place_id=one.place.place_id, seeker=one.seeker, since=one.since, refused=one.refused) for one in waiting]
    of = round_of(people, [one for one in cohorts if one.first_session_at > earliest], reach=offering.reach, now=now)
    solution = await solve(of)
    planned = {of.people[one.person].place_id: of.cohorts[one.cohort] for one in solution.plan.values()}
    # Those who have waited longest first, should somebody have taken what was planned for them.
    order = [one.place.place_id for one in waiting if one.place.place_id in planned]
    given = 0
    for begin in range(0, len(order), PORTION):
        part = order[begin : begin + PORTION]
        given += await _give_part(part, planned, transaction=transaction, offering=offering, now=now)
    await _release(held, programme=programme, transaction=transaction, offering=offering, now=now)
    return Allocated(
        programme=programme,
        worth=worth_of(solution.plan, of=of),
        as_they_came=_as_they_came(of),
        solution=solution,
        given=given,
        seconds=round(monotonic() - began, 3),
    )


async def _give_part(
    part: Sequence[UUID],
    planned: Mapping[UUID, OpenCohort],
    *,
    transaction: Transaction,
    offering: Offering,
    now: datetime,
) -> int:
    async with transaction() as work:
        await work.repositories.seats.lock_placing([planned[part[0]].programme])
        still_waiting = await work.repositories.places.waiting(part)
        free = {
            one.cohort.cohort_id: one.cohort
            for one in await work.repositories.seats.free_in(sorted({planned[one].cohort_id for one in part}), now=now)
            if not one.has_begun
        }
        chosen = [
            (one.place, cohort.cohort_id)
            for one in still_waiting
            if (cohort := free.get(planned[one.place.place_id].cohort_id)) is not None
            and cohort.cohort_id not in one.refused
            and fits(one.seeker, cohort, reach=offering.reach)
        ]
        changes = await give(chosen, offering=offering, repositories=work.repositories, now=now)
        await work.announce(Changes(places=tuple(changes)))
    return len(changes)


async def _release(held: Sequence[UUID], *, programme: str, transaction: Transaction, offering: Offering, now: datetime) -> None:
    """Let whoever enrols have the places from now on; who joined the list since the snapshot comes first."""
    if not held:
        return
    async with transaction() as work:
        await work.repositories.seats.lock_placing([programme])
        await work.repositories.seats.release(held)
        changes = await offer_free_places(cohort_ids=held, offering=offering, repositories=work.repositories, now=now)
        await work.announce(Changes(places=tuple(changes)))


def _as_they_came(of: Round) -> Worth:
    return worth_of(first_come_first_served(of), of=of)
