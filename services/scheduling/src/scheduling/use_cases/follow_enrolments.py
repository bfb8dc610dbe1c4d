"""Enrolment says who is enrolled and who withdrew: seats are given and freed accordingly."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from scheduling.domain.enrolments import ENROLLED, WITHDRAWN, Enrolment
from scheduling.domain.places import Place
from scheduling.domain.standing import GONE
from scheduling.domain.tasks import INCIDENT, UNFINISHED
from scheduling.use_cases.changes import Changes, PlaceChange
from scheduling.use_cases.flag_close_attention import flag_close_attention
from scheduling.use_cases.offer_free_places import offer_free_places
from scheduling.use_cases.offering import Offering
from scheduling.use_cases.place_enrolled_people import place_enrolled_people
from scheduling.use_cases.places_held import places_held
from scheduling.use_cases.repositories import Repositories
from scheduling.use_cases.take_over_places import show_two_places_to_staff, take_over_places
from scheduling.use_cases.withdraw import withdraw


async def follow_enrolments(
    *, enrolments: Sequence[Enrolment], offering: Offering, repositories: Repositories, now: datetime
) -> Changes:
    """Follow the newest state of each enrolment; older ones than those already followed change nothing.

    An enrolment that belongs to another person now takes its place along. Nobody who died or was erased is placed. A status that
    isn't known leaves the person's place as it is. Freed seats go to the waiting list before the newly enrolled.
    """
    newest: dict[UUID, Enrolment] = {}
    for enrolment in enrolments:
        known = newest.get(enrolment.enrolment_id)
        if known is None or enrolment.sequence > known.sequence:
            newest[enrolment.enrolment_id] = enrolment
    await repositories.seats.lock_placing(sorted({enrolment.programme for enrolment in newest.values()}))
    newer = await repositories.enrolments.keep_newer(list(newest.values()))
    current = [enrolment for enrolment in newest.values() if enrolment.enrolment_id in newer]
    if not current:
        return Changes()

    ids = [enrolment.enrolment_id for enrolment in current]
    places, cohorts = await places_held(ids, repositories=repositories, now=now)
    changes: list[PlaceChange] = await take_over_places(
        enrolments=current, places=places, cohorts=cohorts, repositories=repositories, now=now
    )
    people = {enrolment.participant_id for enrolment in current}
    standings = await repositories.people.standings(people)
    gone = {each for each, standing in standings.items() if standing.status in GONE}

    withdrawn = [one for one in current if one.status == WITHDRAWN or one.participant_id in gone]
    enrolled = [one for one in current if one.status == ENROLLED and one.participant_id not in gone]
    taken_over = bool(changes)
    changes += await withdraw(
        enrolments=withdrawn, places=places, cohorts=cohorts, repositories=repositories, now=now, new_id=offering.new_id
    )
    await _settle_tasks([one.enrolment_id for one in withdrawn if one.status == WITHDRAWN], places, repositories)
    places = await flag_close_attention(
        enrolments=enrolled, places=places, cohorts=cohorts, repositories=repositories, now=now, new_id=offering.new_id
    )
    if cohorts:
        changes += await offer_free_places(cohort_ids=list(cohorts), offering=offering, repositories=repositories, now=now)
        places = {place.enrolment_id: place for place in await repositories.places.latest_of(ids)}
    changes += await place_enrolled_people(
        enrolments=enrolled, places=places, offering=offering, repositories=repositories, now=now
    )
    if taken_over or withdrawn:
        await show_two_places_to_staff(sorted(people), repositories=repositories, now=now, new_id=offering.new_id)
    return Changes(places=tuple(changes))


async def _settle_tasks(enrolment_ids: Sequence[UUID], places: Mapping[UUID, Place], repositories: Repositories) -> None:
    """Whoever withdrew need not be asked anything any more; what happened in the room is still looked into."""
    found = await repositories.tasks.of_places([places[one].place_id for one in enrolment_ids if one in places])
    tasks = [task for of_place in found.values() for task in of_place if task.status in UNFINISHED and task.kind != INCIDENT]
    await repositories.tasks.change([task.not_needed() for task in tasks])
