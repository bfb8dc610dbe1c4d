"""A person was told to have died, or that was wrong; or was erased: their places are freed, or given back."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from scheduling.domain.allocation import LockedCohort, Seating
from scheduling.domain.enrolments import ENROLLED, Enrolment
from scheduling.domain.places import DISCONTINUED, Place
from scheduling.domain.standing import ACTIVE, ERASED, GONE, Standing
from scheduling.use_cases.changes import Changes, PlaceChange, with_spans
from scheduling.use_cases.offer_free_places import offer_free_places
from scheduling.use_cases.offering import Offering
from scheduling.use_cases.place_enrolled_people import place_enrolled_people
from scheduling.use_cases.places_held import places_held
from scheduling.use_cases.repositories import Repositories
from scheduling.use_cases.withdraw import withdraw


async def follow_people(*, people: Sequence[Standing], offering: Offering, repositories: Repositories, now: datetime) -> Changes:
    """Free what the dead and the erased have; a death that was none gives back the place, where it is still free.

    Whoever can't have it back is placed as if newly enrolled. A merge changes nothing by itself: the enrolments tell of it.
    """
    told = await _newest(people, repositories)
    if erased := [one.participant_id for one in told if one.status == ERASED]:
        await repositories.people.forget(erased)
        await repositories.registers.forget_words(erased)
    standings = {one.participant_id: one.status for one in told}
    known = await repositories.enrolments.of_people(list(standings))
    enrolments = [one for one in known if one.status == ENROLLED]
    if not enrolments:
        return Changes()
    await repositories.seats.lock_placing(sorted({one.programme for one in enrolments}))
    ids = [one.enrolment_id for one in enrolments]
    places, cohorts = await places_held(ids, repositories=repositories, now=now)
    gone = [one for one in enrolments if standings[one.participant_id] in GONE]
    back = [one for one in enrolments if standings[one.participant_id] == ACTIVE]
    changes: list[PlaceChange] = await withdraw(
        enrolments=gone, places=places, cohorts=cohorts, repositories=repositories, now=now, new_id=offering.new_id
    )
    changes += await _give_back(back, places=places, cohorts=cohorts, repositories=repositories, now=now)
    if gone and cohorts:
        changes += await offer_free_places(cohort_ids=list(cohorts), offering=offering, repositories=repositories, now=now)
    places = {place.enrolment_id: place for place in await repositories.places.latest_of(ids)}
    changes += await place_enrolled_people(enrolments=back, places=places, offering=offering, repositories=repositories, now=now)
    return Changes(places=tuple(changes))


async def _newest(people: Sequence[Standing], repositories: Repositories) -> list[Standing]:
    known = await repositories.people.standings({one.participant_id for one in people})
    newest: dict[UUID, Standing] = {}
    for told in people:
        before = newest.get(told.participant_id) or known.get(told.participant_id)
        if (standing := told.after(before)) is not None:
            newest[told.participant_id] = standing
    await repositories.people.keep_standings(list(newest.values()))
    # Where nothing but the version is new, nothing follows.
    return [
        one
        for one in newest.values()
        if one.status != (known[one.participant_id].status if one.participant_id in known else None)
    ]


async def _give_back(
    enrolments: Sequence[Enrolment],
    *,
    places: Mapping[UUID, Place],
    cohorts: Mapping[UUID, LockedCohort],
    repositories: Repositories,
    now: datetime,
) -> list[PlaceChange]:
    seating = Seating(cohorts)
    back = []
    for enrolment in enrolments:
        place = places.get(enrolment.enrolment_id)
        cohort = cohorts.get(place.cohort_id) if place is not None and place.cohort_id else None
        if place is None or cohort is None or place.status != DISCONTINUED or cohort.span.last_session_at <= now:
            continue
        if seating.has_room(cohort.cohort_id, close_attention=place.close_attention):
            seat = seating.take(cohort.cohort_id, close_attention=place.close_attention)
            back.append(place.reinstated(seat, now=now))
    await repositories.places.change(back)
    await repositories.seats.recount(sorted({place.cohort_id for place in back if place.cohort_id}))
    return with_spans(back, cohorts)
