"""What a cohort would look like, before anybody opens one."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from scheduling.domain.plans import wanted_from
from scheduling.domain.session_dates import LONDON, SkippedDate
from scheduling.http.desk import CLINICIAN, COORDINATOR, FACILITATOR, Desk
from scheduling.use_cases.plan_ahead import plan_at_site, plan_in_division
from service_kit.access import Member


class PlannedDay(BaseModel):
    """One session of a plan; `themes` are codes."""

    date: date
    themes: list[str]


class PlanAnswer(BaseModel):
    """A plan. `problems` are sentences, one for each rule that it breaks; `timetable` says whose order the themes are in."""

    sessions: list[PlannedDay]
    skipped: list[SkippedDate]
    problems: list[str]
    timetable: str | None = None
    titles: dict[str, str] = Field(default={}, description="The titles of the themes, by code.")


def plans_router(desk: Desk) -> APIRouter:
    """`GET /plan`."""
    router = APIRouter()

    @router.get("/plan", response_model=PlanAnswer, responses={422: {"model": PlanAnswer}})
    async def get_plan(
        _: Annotated[Member, Depends(desk.access.allow(COORDINATOR, FACILITATOR, CLINICIAN))],
        *,
        start: date,
        days: str,
        sessions: int = 12,
        site: str | None = None,
        division: str | None = None,
        programme: str = "escape-pain-knee-hip",
        themes: str | None = None,
    ) -> Response:
        """Plan for a site or a division. `days` such as mon,thu; `themes` such as a+b,c with a comma between sessions.

        A plan that breaks a rule is answered with 422 and its problems.
        """
        if (site is None) == (division is None):
            raise HTTPException(422, "Either site or division must be given, not both.")
        wanted = wanted_from(starts_on=start, days=days, sessions=sessions, themes=themes)
        today = desk.now().astimezone(LONDON).date()
        if division is not None:
            planned = plan_in_division(
                division=division,
                programme=programme,
                wanted=wanted,
                programmes=desk.programmes,
                bank_holidays=desk.bank_holidays,
                today=today,
            )
        else:
            async with desk.transaction() as work:
                planned = await plan_at_site(
                    site_id=site or "",
                    programme=programme,
                    wanted=wanted,
                    programmes=desk.programmes,
                    bank_holidays=desk.bank_holidays,
                    repositories=work.repositories,
                    today=today,
                )
        return JSONResponse(planned.as_data(desk.programmes.get(programme)), status_code=422 if planned.problems else 200)

    return router
