"""Pages for coordinators about training days: planning one, its places and what was seen, and who came."""

from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, HTTPException, Request, Response
from fastapi.datastructures import FormData
from fastapi.responses import RedirectResponse

from page_base.pages import FieldError
from scheduling.domain.broken_rule import BrokenRuleError
from scheduling.domain.facilitators import UnknownFacilitatorError
from scheduling.domain.training import BOOKED, TrainingDay
from scheduling.http.desk import COORDINATOR, Desk, wants_page
from scheduling.http.form_values import id_of, needed_day, number_of, sent, text_of, texts_of
from scheduling.http.training import TrainingDays, day_answer, today_at
from scheduling.use_cases.training import book_training, plan_training_day, record_training
from service_kit.access import Member
from service_kit.ids import new_id

NO_DAY = "There is no training day with this training_day_id."


def training_forms_router(desk: Desk) -> APIRouter:
    """`GET /training-days`, and the pages and forms of one training day and of a new one."""
    router = APIRouter(prefix="/training-days")
    coordinator = Depends(desk.access.allow(COORDINATOR))

    @router.get("", response_model=TrainingDays)
    async def get_days(request: Request, member: Annotated[Member, coordinator]) -> TrainingDays | Response:
        """Every training day with its trainees."""
        if wants_page(request):
            return await days_page(desk, request, member)
        return TrainingDays(training_days=[day_answer(one) for one in await desk.training.all()])

    @router.post("/new", include_in_schema=False)
    async def post_new(request: Request, member: Annotated[Member, coordinator]) -> Response:
        """Plan a training day."""
        form = await request.form()
        try:
            day = await _plan(desk, form)
        except BrokenRuleError as broken:
            return await days_page(desk, request, member, broken=broken, form=form)
        return RedirectResponse(f"/scheduling/training-days/{day.training_day_id}?done=true", HTTPStatus.SEE_OTHER)

    @router.get("/{training_day_id}", include_in_schema=False)
    async def get_day(request: Request, training_day_id: UUID, member: Annotated[Member, coordinator]) -> Response:
        """One training day with its places."""
        return await _day_page(desk, request, member, await _day(desk, training_day_id))

    @router.post("/{training_day_id}", include_in_schema=False)
    async def post_day(request: Request, training_day_id: UUID, member: Annotated[Member, coordinator]) -> Response:
        """Take one of the page's forms: a place, or who came."""
        day = await _day(desk, training_day_id)
        form = await request.form()
        try:
            await _act(desk, day, form)
        except BrokenRuleError as broken:
            return await _day_page(desk, request, member, day, broken=broken, form=form)
        except UnknownFacilitatorError:
            unknown = BrokenRuleError("facilitator_id", "facilitator_id must be somebody who is known as a facilitator.")
            return await _day_page(desk, request, member, day, broken=unknown, form=form)
        return RedirectResponse(f"/scheduling/training-days/{training_day_id}?done=true", HTTPStatus.SEE_OTHER)

    return router


async def days_page(
    desk: Desk,
    request: Request,
    member: Member,
    *,
    broken: BrokenRuleError | None = None,
    form: FormData | None = None,
) -> Response:
    """All training days, and the form for another one."""
    return desk.pages.render(
        request,
        "training_days.html",
        status_code=HTTPStatus.UNPROCESSABLE_ENTITY if broken else HTTPStatus.OK,
        member=member,
        days=await desk.training.all(),
        programmes=desk.programmes,
        today=today_at(desk),
        sent=sent(form) if form is not None else None,
        errors=[FieldError(broken.field, broken.sentence)] if broken else [],
    )


async def _day_page(
    desk: Desk,
    request: Request,
    member: Member,
    day: TrainingDay,
    *,
    broken: BrokenRuleError | None = None,
    form: FormData | None = None,
) -> Response:
    programme = desk.programmes.get(day.programme)
    facilitators = await desk.site_reads.facilitators()
    there = {one.facilitator_id for one in day.trainees}
    return desk.pages.render(
        request,
        "training_day.html",
        status_code=HTTPStatus.UNPROCESSABLE_ENTITY if broken else HTTPStatus.OK,
        member=member,
        day_=day,
        names={one.facilitator_id: one.name for one in facilitators},
        others=[one for one in facilitators if one.facilitator_id not in there],
        prerequisites=programme.training.prerequisites if programme else (),
        programmes=desk.programmes,
        today=today_at(desk),
        done="done" in request.query_params,
        sent=sent(form) if form is not None else None,
        errors=[FieldError(broken.field, broken.sentence)] if broken else [],
    )


async def _day(desk: Desk, training_day_id: UUID) -> TrainingDay:
    for day in await desk.training.all():
        if day.training_day_id == training_day_id:
            return day
    raise HTTPException(HTTPStatus.NOT_FOUND, NO_DAY)


async def _plan(desk: Desk, form: FormData) -> TrainingDay:
    day = TrainingDay(
        training_day_id=new_id(),
        programme=text_of(form, "programme"),
        held_on=needed_day(form, "held_on"),
        venue=text_of(form, "venue"),
        trainer=text_of(form, "trainer"),
        places=number_of(form, "places") or 0,
        expires_after_months=number_of(form, "expires_after_months"),
    )
    async with desk.transaction() as work:
        return await plan_training_day(day=day, programmes=desk.programmes, repositories=work.repositories)


async def _act(desk: Desk, day: TrainingDay, form: FormData) -> None:
    if text_of(form, "action") == "attendance":
        attended = {
            one.facilitator_id: said == "attended"
            for one in day.trainees
            if (said := text_of(form, f"came-{one.facilitator_id}")) and one.attendance != said
        }
        if not attended:
            raise BrokenRuleError("attended", "attended must be said of somebody: choose who came.")
        async with desk.transaction() as work:
            await record_training(
                training_day_id=day.training_day_id,
                attended=attended,
                programmes=desk.programmes,
                repositories=work.repositories,
                now=desk.now(),
            )
        return
    facilitator_id = id_of(form, "facilitator_id")
    if facilitator_id is None:
        raise BrokenRuleError("facilitator_id", "facilitator_id must be chosen.")
    known = next((one for one in day.trainees if one.facilitator_id == facilitator_id), None)
    name = f"prerequisites-{facilitator_id}" if known and known.attendance == BOOKED else "prerequisites"
    async with desk.transaction() as work:
        await book_training(
            training_day_id=day.training_day_id,
            facilitator_id=facilitator_id,
            prerequisites=texts_of(form, name),
            repositories=work.repositories,
        )
