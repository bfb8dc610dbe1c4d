"""A register is recorded; that of the last session finishes the cohort and gives everybody their final state."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from scheduling.domain.broken_rule import BrokenRuleError
from scheduling.domain.cohorts import FINISHED, UnknownSessionError
from scheduling.domain.places import DISCONTINUED
from scheduling.domain.programmes import Programme
from scheduling.domain.registers import Entry, checked_register
from scheduling.use_cases.changes import Changes
from scheduling.use_cases.repositories import Repositories


async def record_register(
    *,
    session_id: UUID,
    entries: Sequence[Entry],
    recorded_by: UUID,
    programmes: Mapping[str, Programme],
    repositories: Repositories,
    now: datetime,
) -> Changes:
    """Record the whole register of a session. The same again changes nothing; another one corrects it, final states included.

    Raises BrokenRuleError and UnknownSessionError.
    """
    cohort_id = await repositories.cohorts.id_of_session(session_id)
    before = await repositories.cohorts.locked(cohort_id) if cohort_id else None
    if before is None:
        raise UnknownSessionError
    programme = programmes.get(before.programme)
    if programme is None:
        raise BrokenRuleError("programme", f"programme {before.programme} is not known here any more.")
    cohort = before.with_register(session_id, now=now)

    places = await repositories.places.of_cohort(before.cohort_id)
    # Somebody who left and came back has two places here: the one that counts comes last.
    by_participant = {place.participant_id: place for place in sorted(places, key=lambda place: place.status != DISCONTINUED)}
    statuses = checked_register(
        entries,
        expected={one for one, place in by_participant.items() if place.status != DISCONTINUED},
        known=by_participant.keys(),
    )
    of_places = {by_participant[participant_id].place_id: status for participant_id, status in statuses.items()}
    recorded = await repositories.registers.of_session(session_id)
    if cohort is before and of_places.items() <= recorded.items():
        return Changes()

    await repositories.registers.keep(session_id, of_places, recorded_by=recorded_by, now=now)
    attended = await repositories.registers.attended(before.cohort_id)
    counted = [
        place.with_attendance(
            attended=attended.get(place.place_id, 0),
            run=cohort.sessions_run,
            finished=cohort.status == FINISHED,
            programme=programme,
            now=now,
        )
        for place in places
    ]
    changed = [after for after, place in zip(counted, places, strict=True) if after is not place]
    await repositories.places.change(changed)
    if cohort is not before:
        await repositories.cohorts.change(cohort)
    return Changes(cohorts=() if cohort is before else (cohort,), places=tuple((place, cohort.span) for place in changed))
