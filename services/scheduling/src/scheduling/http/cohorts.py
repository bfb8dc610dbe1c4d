"""Cohorts: the list with how full they are, one cohort, and opening one."""

from datetime import date, datetime, time
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, HTTPException, Request, Response
from pydantic import BaseModel, Field

from scheduling.domain.fitting import EVERYBODYS_LANGUAGE
from scheduling.domain.session_dates import SkippedDate
from scheduling.http.desk import (
    CLINICIAN,
    COORDINATOR,
    FACILITATOR,
    Desk,
    cohort_for,
    in_plain_words,
    require_site,
    sites_seen_by,
    wants_page,
)
from scheduling.use_cases.look_up import CohortDetail, CohortSummary
from scheduling.use_cases.open_cohort import NewCohort, open_cohort
from service_kit.access import Member
from service_kit.ids import new_id


class CohortBody(BaseModel):
    """A cohort as it is asked for. `starts_at` is local wall clock time, `weekdays` are mon, tue and so on.

    Without `room` the smallest free one is taken, without `themes` (codes for each session) the programme's order. An
    `only_planned` cohort takes nobody yet; any other needs a lead. One with an `employer` is for that organisation's people.
    """

    cohort_id: UUID | None = None
    site_id: str = Field(max_length=64)
    programme: str = Field(max_length=64)
    starts_on: date
    weekdays: list[str] = Field(max_length=7)
    starts_at: time
    sessions: int = 12
    capacity: int | None = None
    language: str = Field(default=EVERYBODYS_LANGUAGE, max_length=16)
    room: str | None = Field(default=None, max_length=100)
    lead_id: UUID | None = None
    cover_id: UUID | None = None
    employer: str | None = Field(default=None, max_length=64)
    only_planned: bool = False
    themes: list[list[str]] | None = Field(default=None, max_length=100)


class OpenedSession(BaseModel):
    """One session of a new cohort: a UTC instant, and the codes of its themes."""

    session_id: UUID
    number: int
    starts_at: datetime
    themes: list[str]


class CohortOpened(BaseModel):
    """A new cohort; `skipped` are planned weekdays without a session, with the reason."""

    cohort_id: UUID
    status: str
    room: str | None
    sessions: list[OpenedSession]
    skipped: list[SkippedDate]


class CohortList(BaseModel):
    """Cohorts, earliest first."""

    cohorts: list[CohortSummary]


def cohorts_router(desk: Desk) -> APIRouter:
    """`POST /cohorts`, `GET /cohorts`, `GET /cohorts/{cohort_id}`; the latter two are pages for a browser."""
    router = APIRouter()
    reader = Depends(desk.access.allow(COORDINATOR, FACILITATOR, CLINICIAN))

    coordinator = Depends(desk.access.allow(COORDINATOR))

    @router.post("/cohorts", status_code=201)
    async def post_cohort(body: CohortBody, response: Response, member: Annotated[Member, coordinator]) -> CohortOpened:
        """Open a cohort and seat the waiting people who fit. The same again (with its cohort_id) answers 200."""
        require_site(member, body.site_id)
        if body.starts_at.tzinfo is not None:
            raise HTTPException(422, "starts_at must be a local time without a zone, such as 10:00.")
        wanted = NewCohort(
            cohort_id=body.cohort_id or new_id(),
            site_id=body.site_id,
            programme=body.programme,
            starts_on=body.starts_on,
            weekdays=tuple(body.weekdays),
            starts_at=body.starts_at,
            sessions=body.sessions,
            capacity=body.capacity,
            language=body.language,
            room=body.room,
            lead_id=body.lead_id,
            cover_id=body.cover_id,
            employer=body.employer,
            only_planned=body.only_planned,
            themes=None if body.themes is None else tuple(map(tuple, body.themes)),
        )
        with in_plain_words():
            async with desk.transaction() as work:
                opened = await open_cohort(
                    wanted=wanted,
                    offering=desk.offering,
                    bank_holidays=desk.bank_holidays,
                    repositories=work.repositories,
                    now=desk.now(),
                )
                await work.announce(opened.changes)
        if not opened.is_new:
            response.status_code = 200
        return CohortOpened(
            cohort_id=opened.cohort.cohort_id,
            status=opened.cohort.status,
            room=opened.cohort.room_name,
            sessions=[
                OpenedSession(session_id=one.session_id, number=one.number, starts_at=one.starts_at, themes=list(one.themes))
                for one in opened.cohort.sessions
            ],
            skipped=list(opened.skipped),
        )

    @router.get("/cohorts", response_model=CohortList)
    async def get_cohorts(
        request: Request, member: Annotated[Member, reader], status: str | None = None
    ) -> CohortList | Response:
        """The cohorts of the member's sites."""
        cohorts = await desk.reads.cohorts(status=status, sites=sites_seen_by(member))
        if wants_page(request):
            return desk.pages.render(
                request, "cohorts.html", member=member, cohorts=cohorts, status=status, programmes=desk.programmes
            )
        return CohortList(cohorts=cohorts)

    @router.get("/cohorts/{cohort_id}", response_model=CohortDetail)
    async def get_cohort(request: Request, cohort_id: UUID, member: Annotated[Member, reader]) -> CohortDetail | Response:
        """One cohort with its sessions and people."""
        cohort = await cohort_for(desk, cohort_id, member)
        if wants_page(request):
            return desk.pages.render(
                request,
                "cohort.html",
                member=member,
                cohort=cohort,
                now=desk.now(),
                programmes=desk.programmes,
            )
        return cohort

    return router
