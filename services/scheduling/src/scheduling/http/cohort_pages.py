"""Pages for coordinators that change a cohort: a session moved, cancelled or added; the whole moved, cancelled or opened."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import time
from http import HTTPStatus
from typing import Annotated, TypeAlias
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from fastapi.datastructures import FormData
from fastapi.responses import RedirectResponse

from page_base.pages import FieldError
from scheduling.domain.broken_rule import BrokenRuleError
from scheduling.domain.cohorts import PLANNED
from scheduling.domain.session_dates import WEEKDAYS
from scheduling.http.desk import COORDINATOR, Desk, cohort_for, require_site, sites_seen_by
from scheduling.http.form_values import id_of, needed_day, sent, text_of, texts_of
from scheduling.use_cases.add_session import NewSession, add_session
from scheduling.use_cases.cancel_cohort import cancel_cohort
from scheduling.use_cases.cancel_session import cancel_session
from scheduling.use_cases.change_cohort import open_planned_cohort
from scheduling.use_cases.changes import Changes
from scheduling.use_cases.look_up import CohortDetail
from scheduling.use_cases.move_cohort import NewTimes, move_cohort
from scheduling.use_cases.move_session import move_session
from scheduling.use_cases.repositories import Repositories
from service_kit.access import Member

Deed: TypeAlias = Callable[[Desk, CohortDetail, FormData, Repositories], Awaitable[Changes]]


def cohort_pages_router(desk: Desk) -> APIRouter:
    """`GET` and `POST /cohorts/{cohort_id}/changes/{deed}`."""
    router = APIRouter(prefix="/cohorts/{cohort_id}/changes/{deed}", include_in_schema=False)
    coordinator = Depends(desk.access.allow(COORDINATOR))

    @router.get("")
    async def get_form(request: Request, cohort_id: UUID, deed: str, member: Annotated[Member, coordinator]) -> Response:
        """The form for one change."""
        return await _page(desk, request, member, await cohort_for(desk, cohort_id, member), deed)

    @router.post("")
    async def post_form(request: Request, cohort_id: UUID, deed: str, member: Annotated[Member, coordinator]) -> Response:
        """Make the change; everybody concerned is told."""
        cohort = await cohort_for(desk, cohort_id, member)
        form = await request.form()
        if site_id := text_of(form, "site_id"):
            require_site(member, site_id)
        try:
            async with desk.transaction() as work:
                await work.announce(await DEEDS.get(deed, _nothing_known)(desk, cohort, form, work.repositories))
        except BrokenRuleError as broken:
            return await _page(desk, request, member, cohort, deed, broken=broken, form=form)
        return RedirectResponse(f"/scheduling/cohorts/{cohort_id}", HTTPStatus.SEE_OTHER)

    return router


async def _page(
    desk: Desk,
    request: Request,
    member: Member,
    cohort: CohortDetail,
    deed: str,
    *,
    broken: BrokenRuleError | None = None,
    form: FormData | None = None,
) -> Response:
    seen = sites_seen_by(member)
    return desk.pages.render(
        request,
        "cohort_change.html",
        status_code=HTTPStatus.UNPROCESSABLE_ENTITY if broken else HTTPStatus.OK,
        member=member,
        cohort=cohort,
        deed=deed,
        to_come=[one for one in cohort.sessions if one.status == PLANNED and one.starts_at > desk.now()],
        sites=[one for one in await desk.site_reads.sites() if not seen or one.site_id in seen],
        weekdays=WEEKDAYS,
        programmes=desk.programmes,
        sent=sent(form) if form is not None else None,
        errors=[FieldError(broken.field, broken.sentence)] if broken else [],
    )


def _time_of(form: FormData) -> time:
    try:
        at = time.fromisoformat(text_of(form, "starts_at"))
    except ValueError:
        at = None
    if at is None or at.tzinfo is not None:
        raise BrokenRuleError("starts_at", "starts_at must be a time such as 10:00.")
    return at


def _session_of(cohort: CohortDetail, form: FormData) -> UUID:
    session_id = id_of(form, "session_id")
    if session_id is None or all(one.session_id != session_id for one in cohort.sessions):
        raise BrokenRuleError("session_id", "session_id must be one of the cohort's sessions: choose one.")
    return session_id


async def _move_session(desk: Desk, cohort: CohortDetail, form: FormData, repositories: Repositories) -> Changes:
    return await move_session(
        session_id=_session_of(cohort, form),
        starts_on=needed_day(form, "starts_on"),
        starts_at=_time_of(form),
        offering=desk.offering,
        bank_holidays=desk.bank_holidays,
        repositories=repositories,
        now=desk.now(),
    )


async def _cancel_session(desk: Desk, cohort: CohortDetail, form: FormData, repositories: Repositories) -> Changes:
    session_id = _session_of(cohort, form)
    return await cancel_session(session_id=session_id, offering=desk.offering, repositories=repositories, now=desk.now())


async def _add_session(desk: Desk, cohort: CohortDetail, form: FormData, repositories: Repositories) -> Changes:
    wanted = NewSession(
        starts_on=needed_day(form, "starts_on"),
        starts_at=_time_of(form),
        themes=None,
        site_id=text_of(form, "site_id") or None,
        room=text_of(form, "room") or None,
    )
    return await add_session(
        cohort_id=cohort.cohort_id,
        wanted=wanted,
        offering=desk.offering,
        bank_holidays=desk.bank_holidays,
        repositories=repositories,
        now=desk.now(),
    )


async def _move(desk: Desk, cohort: CohortDetail, form: FormData, repositories: Repositories) -> Changes:
    times = NewTimes(starts_on=needed_day(form, "starts_on"), weekdays=texts_of(form, "weekdays"), starts_at=_time_of(form))
    return await move_cohort(
        cohort_id=cohort.cohort_id,
        times=times,
        offering=desk.offering,
        bank_holidays=desk.bank_holidays,
        repositories=repositories,
        now=desk.now(),
    )


async def _cancel(desk: Desk, cohort: CohortDetail, form: FormData, repositories: Repositories) -> Changes:
    if text_of(form, "sure") != "yes":
        raise BrokenRuleError("sure", "sure must be ticked: a cancelled cohort can't be brought back.")
    return await cancel_cohort(cohort_id=cohort.cohort_id, offering=desk.offering, repositories=repositories, now=desk.now())


async def _open(desk: Desk, cohort: CohortDetail, _: FormData, repositories: Repositories) -> Changes:
    return await open_planned_cohort(
        cohort_id=cohort.cohort_id, offering=desk.offering, repositories=repositories, now=desk.now()
    )


async def _nothing_known(_: Desk, __: CohortDetail, ___: FormData, ____: Repositories) -> Changes:
    raise BrokenRuleError("deed", f"deed must be among {', '.join(DEEDS)}.")


DEEDS: Mapping[str, Deed] = {
    "move-session": _move_session,
    "cancel-session": _cancel_session,
    "add-session": _add_session,
    "move": _move,
    "cancel": _cancel,
    "open": _open,
}
