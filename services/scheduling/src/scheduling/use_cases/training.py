"""Training days: planned, booked and attended, which issues the credential."""

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol
from uuid import UUID, uuid5

from scheduling.domain.broken_rule import BrokenRuleError
from scheduling.domain.facilitators import UnknownFacilitatorError
from scheduling.domain.programmes import Programme
from scheduling.domain.session_dates import LONDON
from scheduling.domain.training import ATTENDED, TrainingDay, UnknownTrainingDayError, checked_day
from scheduling.use_cases.repositories import Repositories


class TrainingReads(Protocol):
    async def all(self) -> list[TrainingDay]:
        """Every training day, the latest first."""
        ...


async def plan_training_day(*, day: TrainingDay, programmes: Mapping[str, Programme], repositories: Repositories) -> TrainingDay:
    """Make a training day known; the same again changes nothing, another one under its id is refused. Raises BrokenRuleError."""
    checked_day(day, known=programmes.__contains__)
    before = await repositories.training.locked(day.training_day_id)
    if before is None:
        await repositories.training.keep(day)
        return day
    if (before.programme, before.held_on, before.places) != (day.programme, day.held_on, day.places):
        raise BrokenRuleError("training_day_id", "training_day_id must be new: another training day has it.")
    return before


async def book_training(
    *, training_day_id: UUID, facilitator_id: UUID, prerequisites: tuple[str, ...], repositories: Repositories
) -> TrainingDay:
    """Give somebody a place, and note which prerequisites were seen.

    Raises BrokenRuleError, UnknownTrainingDayError and UnknownFacilitatorError.
    """
    before = await _locked(training_day_id, repositories)
    if facilitator_id not in await repositories.facilitators.get([facilitator_id]):
        raise UnknownFacilitatorError
    day = before.with_trainee(facilitator_id, prerequisites=prerequisites)
    await repositories.training.keep(day)
    return day


async def record_training(
    *,
    training_day_id: UUID,
    attended: Mapping[UUID, bool],
    programmes: Mapping[str, Programme],
    repositories: Repositories,
    now: datetime,
) -> TrainingDay:
    """Note who came; each of them holds a credential from that day on, however often it is noted.

    Raises BrokenRuleError and UnknownTrainingDayError.
    """
    day = await _locked(training_day_id, repositories)
    programme = programmes.get(day.programme)
    if programme is None:
        raise BrokenRuleError("programme", f"programme {day.programme} is not known here any more.")
    today = now.astimezone(LONDON).date()
    for facilitator_id, came in attended.items():
        day = day.with_attendance(facilitator_id, attended=came, programme=programme, today=today)
    await repositories.training.keep(day)
    trained = [one.facilitator_id for one in day.trainees if one.attendance == ATTENDED]
    known = await repositories.facilitators.locked(trained)
    await repositories.facilitators.keep(
        [
            # The same for the same day and person, so that noting it again issues nothing.
            one.with_credential(day.credential_of(one, credential_id=uuid5(training_day_id, str(one.facilitator_id))))
            for one in known.values()
        ]
    )
    return day


async def _locked(training_day_id: UUID, repositories: Repositories) -> TrainingDay:
    day = await repositories.training.locked(training_day_id)
    if day is None:
        raise UnknownTrainingDayError
    return day
