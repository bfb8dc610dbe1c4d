"""Scheduling's part of somebody's own page, by their link."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import RedirectResponse

from scheduling.domain.cohorts import UnknownSessionError
from scheduling.http.desk import NO_SESSION, Desk
from scheduling.http.own_words import LANGUAGES, WORDS
from scheduling.use_cases.own_dates import OwnDates, OwnDatesReads, say_cannot_come

NO_LINK = "This link does not work any more."


def own_dates_router(desk: Desk, *, reads: OwnDatesReads) -> APIRouter:
    """`GET /scheduling/me/{token}/part`, and `POST …/sessions/{session_id}/cannot-come` of a person without a sign-in."""
    router = APIRouter(include_in_schema=False)

    @router.get("/me/{token}/part")
    async def part(request: Request, token: str) -> Response:
        """The dates of whoever has the link."""
        dates = await found(token)
        wish = request.query_params.get("lang", "")
        language = wish if wish in LANGUAGES else LANGUAGES[0]
        return desk.pages.render(
            request,
            "own_dates.html",
            lang=language,
            words=WORDS[language],
            dates=dates,
            token=token,
            path=request.url.path,
            **await own_programme(dates),
        )

    @router.post("/me/{token}/sessions/{session_id}/cannot-come")
    async def cannot_come(token: str, session_id: UUID) -> Response:
        """Tell the staff; the session stays in the person's dates."""
        dates = await found(token)
        try:
            async with desk.transaction() as work:
                await say_cannot_come(
                    dates, session_id, repositories=work.repositories, now=desk.now(), new_id=desk.offering.new_id
                )
        except UnknownSessionError:
            raise HTTPException(HTTPStatus.NOT_FOUND, NO_SESSION) from None
        return RedirectResponse(f"/enrolment/me/{token}", HTTPStatus.SEE_OTHER)

    async def own_programme(dates: OwnDates) -> dict[str, Any]:
        """Their goals, how these stood at the end, and what they did last at each station."""
        progress = (
            await desk.reads.progress(cohort_id=dates.cohort_id, participant_id=dates.participant_id) if dates.cohort_id else None
        )
        programme = desk.programmes.get(progress.programme) if progress else None
        last = {record.station: record for _, record in progress.exercises} if progress else {}
        return {
            "progress": progress,
            "last": last.values(),
            "titles": {station.code: station.title for station in programme.stations} if programme else {},
        }

    async def found(token: str) -> OwnDates:
        dates = await reads.by_token(token, now=desk.now())
        if dates is None:
            raise HTTPException(HTTPStatus.GONE, NO_LINK)
        return dates

    return router
