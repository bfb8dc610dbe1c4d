"""The calendar of sites by week and month."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel

from scheduling.domain.session_dates import LONDON
from scheduling.http.desk import (
    CLINICIAN,
    COORDINATOR,
    FACILITATOR,
    Desk,
    require_site,
    sites_seen_by,
    wants_page,
)
from scheduling.use_cases.look_up_calendars import CalendarSession
from service_kit.access import Member

WEEK = "week"
MONTH = "month"
DECEMBER = 12


class CalendarAnswer(BaseModel):
    """The sessions from the first to the last of these days."""

    first: date
    last: date
    sessions: list[CalendarSession]


def calendars_router(desk: Desk) -> APIRouter:
    """`GET /calendar`, a page for a browser."""
    router = APIRouter()
    reader = Depends(desk.access.allow(COORDINATOR, FACILITATOR, CLINICIAN))

    @router.get("/calendar", response_model=CalendarAnswer)
    async def get_calendar(
        request: Request,
        member: Annotated[Member, reader],
        site: str | None = None,
        view: Annotated[str, Query(pattern="week|month")] = WEEK,
        day: date | None = None,
    ) -> CalendarAnswer | Response:
        """The sessions of a week or month, at one site or at all that the member sees."""
        site = site or None
        if site is not None:
            require_site(member, site)
        today = desk.now().astimezone(LONDON).date()
        first, after = _span(view, day or today)
        sites = [site] if site else sites_seen_by(member)
        sessions = await desk.calendars.between(since=_midnight(first), until=_midnight(after), sites=sites)
        if not wants_page(request):
            return CalendarAnswer(first=first, last=after - timedelta(days=1), sessions=sessions)
        seen = sites_seen_by(member)
        return desk.pages.render(
            request,
            "calendar.html",
            member=member,
            view=view,
            site=site,
            sites=[one for one in await desk.site_reads.sites() if not seen or one.site_id in seen],
            first=first,
            last=after - timedelta(days=1),
            earlier=_span(view, first - timedelta(days=1))[0],
            later=after,
            today=today,
            days=list(_by_day(sessions, first, after)),
            programmes=desk.programmes,
        )

    return router


def _span(view: str, day: date) -> tuple[date, date]:
    """The first day of the week or month of a day, and the first day after it."""
    if view == WEEK:
        monday = day - timedelta(days=day.weekday())
        return monday, monday + timedelta(days=7)
    first = day.replace(day=1)
    return first, first.replace(year=first.year + first.month // DECEMBER, month=first.month % DECEMBER + 1)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=LONDON)


def _by_day(sessions: list[CalendarSession], first: date, after: date) -> Iterator[tuple[date, list[CalendarSession]]]:
    for number in range((after - first).days):
        day = first + timedelta(days=number)
        yield day, [one for one in sessions if one.starts_at.astimezone(LONDON).date() == day]
