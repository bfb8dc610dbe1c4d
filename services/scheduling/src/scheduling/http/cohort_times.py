"""Moving and cancelling a whole cohort, and a session that makes up for one that did not take place."""

from datetime import date, time
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, HTTPException
from pydantic import BaseModel, Field

from scheduling.http.desk import COORDINATOR, Desk, cohort_for, in_plain_words, require_site
from scheduling.use_cases.add_session import NewSession, add_session
from scheduling.use_cases.cancel_cohort import cancel_cohort
from scheduling.use_cases.look_up import CohortDetail
from scheduling.use_cases.move_cohort import NewTimes, move_cohort
from service_kit.access import Member


class TimesBody(BaseModel):
    """From which day on, on which weekdays, and when; `starts_at` is local wall clock time."""

    starts_on: date
    weekdays: list[str] = Field(max_length=7)
    starts_at: time


class SessionBody(BaseModel):
    """A day, a local wall clock time, and the codes of the themes; left out, those that are owed.

    `site_id` and `room` only where it is elsewhere than the cohort's others; of another site the smallest free room is taken.
    """

    starts_on: date
    starts_at: time
    themes: list[str] | None = Field(default=None, max_length=50)
    site_id: str | None = Field(default=None, max_length=64)
    room: str | None = Field(default=None, max_length=100)


def cohort_times_router(desk: Desk) -> APIRouter:
    """`POST /cohorts/{cohort_id}/move`, `…/cancel` and `…/sessions`."""
    router = APIRouter(prefix="/cohorts/{cohort_id}")
    coordinator = Depends(desk.access.allow(COORDINATOR))

    @router.post("/move")
    async def post_move(cohort_id: UUID, body: TimesBody, member: Annotated[Member, coordinator]) -> CohortDetail:
        """Move a cohort that hasn't begun; its people hear of all its new times in one message."""
        await cohort_for(desk, cohort_id, member)
        times = NewTimes(starts_on=body.starts_on, weekdays=tuple(body.weekdays), starts_at=_local(body.starts_at))
        with in_plain_words():
            async with desk.transaction() as work:
                changes = await move_cohort(
                    cohort_id=cohort_id,
                    times=times,
                    offering=desk.offering,
                    bank_holidays=desk.bank_holidays,
                    repositories=work.repositories,
                    now=desk.now(),
                )
                await work.announce(changes)
        return await cohort_for(desk, cohort_id, member)

    @router.post("/cancel")
    async def post_cancel(cohort_id: UUID, member: Annotated[Member, coordinator]) -> CohortDetail:
        """Cancel what is still to come; the people wait again, or are offered places elsewhere."""
        await cohort_for(desk, cohort_id, member)
        with in_plain_words():
            async with desk.transaction() as work:
                changes = await cancel_cohort(
                    cohort_id=cohort_id, offering=desk.offering, repositories=work.repositories, now=desk.now()
                )
                await work.announce(changes)
        return await cohort_for(desk, cohort_id, member)

    @router.post("/sessions", status_code=201)
    async def post_session(cohort_id: UUID, body: SessionBody, member: Annotated[Member, coordinator]) -> CohortDetail:
        """Add a session that makes up for a cancelled one, in the cohort's room or elsewhere."""
        await cohort_for(desk, cohort_id, member)
        if body.site_id is not None:
            require_site(member, body.site_id)
        wanted = NewSession(
            starts_on=body.starts_on,
            starts_at=_local(body.starts_at),
            themes=None if body.themes is None else tuple(body.themes),
            site_id=body.site_id,
            room=body.room,
        )
        with in_plain_words():
            async with desk.transaction() as work:
                changes = await add_session(
                    cohort_id=cohort_id,
                    wanted=wanted,
                    offering=desk.offering,
                    bank_holidays=desk.bank_holidays,
                    repositories=work.repositories,
                    now=desk.now(),
                )
                await work.announce(changes)
        return await cohort_for(desk, cohort_id, member)

    return router


def _local(at: time) -> time:
    if at.tzinfo is not None:
        raise HTTPException(422, "starts_at must be a local time without a zone, such as 10:00.")
    return at
