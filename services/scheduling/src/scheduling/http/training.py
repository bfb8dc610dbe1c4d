"""Training days, and a facilitator's own page about training and the resource pack."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, Field

from scheduling.domain.resources import opened_to
from scheduling.domain.session_dates import LONDON
from scheduling.domain.training import Trainee, TrainingDay
from scheduling.http.desk import COORDINATOR, FACILITATOR, Desk, in_plain_words
from scheduling.use_cases.training import book_training, plan_training_day, record_training
from service_kit.access import Member


class TrainingDayBody(BaseModel):
    """A training day. Credentials that it issues expire after so many months, or without any, never."""

    programme: str = Field(max_length=64)
    held_on: date
    venue: str = Field(max_length=200)
    trainer: str = Field(max_length=200)
    places: int
    expires_after_months: int | None = None


class TrainingDayAnswer(TrainingDayBody):
    """A training day as it is stored."""

    training_day_id: UUID
    trainees: list[Trainee]


class TrainingDays(BaseModel):
    """Training days, the latest first."""

    training_days: list[TrainingDayAnswer]


class PrerequisitesBody(BaseModel):
    """The prerequisites that were seen of somebody."""

    prerequisites: list[str] = Field(max_length=50)


class AttendanceBody(BaseModel):
    """Who came, by facilitator_id."""

    attended: dict[UUID, bool] = Field(max_length=200)


def training_router(desk: Desk) -> APIRouter:
    """`PUT /training-days`, their trainees and attendance; `GET /training`, a facilitator's own page."""
    router = APIRouter()
    coordinator = Depends(desk.access.allow(COORDINATOR))
    staff = Depends(desk.access.allow(COORDINATOR, FACILITATOR))

    @router.put("/training-days/{training_day_id}")
    async def put_day(training_day_id: UUID, body: TrainingDayBody, _: Annotated[Member, coordinator]) -> TrainingDayAnswer:
        """Make a training day known; the same again changes nothing."""
        with in_plain_words():
            async with desk.transaction() as work:
                kept = await plan_training_day(
                    day=TrainingDay(training_day_id=training_day_id, **body.model_dump()),
                    programmes=desk.programmes,
                    repositories=work.repositories,
                )
        return day_answer(kept)

    @router.put("/training-days/{training_day_id}/trainees/{facilitator_id}")
    async def put_trainee(
        training_day_id: UUID, facilitator_id: UUID, body: PrerequisitesBody, _: Annotated[Member, coordinator]
    ) -> TrainingDayAnswer:
        """Give somebody a place, and note which prerequisites were seen."""
        with in_plain_words():
            async with desk.transaction() as work:
                kept = await book_training(
                    training_day_id=training_day_id,
                    facilitator_id=facilitator_id,
                    prerequisites=tuple(sorted(set(body.prerequisites))),
                    repositories=work.repositories,
                )
        return day_answer(kept)

    @router.put("/training-days/{training_day_id}/attendance")
    async def put_attendance(training_day_id: UUID, body: AttendanceBody, _: Annotated[Member, coordinator]) -> TrainingDayAnswer:
        """Note who came: each of them holds a credential from that day on."""
        with in_plain_words():
            async with desk.transaction() as work:
                kept = await record_training(
                    training_day_id=training_day_id,
                    attended=body.attended,
                    programmes=desk.programmes,
                    repositories=work.repositories,
                    now=desk.now(),
                )
        return day_answer(kept)

    @router.get("/training", include_in_schema=False)
    async def get_training(request: Request, member: Annotated[Member, staff]) -> Response:
        """The member's own credentials, training days and resource pack."""
        facilitator = await desk.site_reads.facilitator_of(member.id)
        today = today_at(desk)
        days = await desk.training.all()
        mine = [
            (one, trainee)
            for one in days
            for trainee in one.trainees
            if facilitator and trainee.facilitator_id == facilitator.facilitator_id
        ]
        opened = sorted(opened_to(facilitator, today=today))
        return desk.pages.render(
            request,
            "training.html",
            member=member,
            facilitator=facilitator,
            today=today,
            mine=mine,
            to_come=[one for one in days if one.held_on >= today],
            resources=await desk.resources.latest(opened),
            programmes=desk.programmes,
        )

    return router


def day_answer(day: TrainingDay) -> TrainingDayAnswer:
    """A training day for programs."""
    return TrainingDayAnswer(
        training_day_id=day.training_day_id,
        programme=day.programme,
        held_on=day.held_on,
        venue=day.venue,
        trainer=day.trainer,
        places=day.places,
        expires_after_months=day.expires_after_months,
        trainees=list(day.trainees),
    )


def today_at(desk: Desk) -> date:
    """Today in the United Kingdom."""
    return desk.now().astimezone(LONDON).date()
