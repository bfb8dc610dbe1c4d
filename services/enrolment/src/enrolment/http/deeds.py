"""What was done to a person, by whom and when, from the audit."""

from collections.abc import Awaitable, Callable, Sequence
from http import HTTPStatus
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import JSONResponse, Response
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from enrolment.domain.audit import Entry
from enrolment.http import reading
from page_base.pages import Pages
from service_kit.access import Access, Member

Entries = Callable[[AsyncConnection, UUID], Awaitable[Sequence[Entry]]]


def deeds_router(*, engine: AsyncEngine, access: Access, pages: Pages, entries: Entries) -> APIRouter:
    """`GET /enrolment/participants/{participant_id}/audit`."""
    router = APIRouter()

    @router.get("/participants/{participant_id}/audit")
    async def deeds(
        request: Request,
        participant_id: UUID,
        member: Annotated[Member, Depends(access.allow("coordinator", "clinician"))],
    ) -> Response:
        """Who did what to this person and when, the oldest first. A browser gets a page, a program JSON."""
        async with engine.connect() as conn:
            person = await reading.journey(conn, participant_id)
            found = await entries(conn, participant_id)
        if person is None:
            raise HTTPException(HTTPStatus.NOT_FOUND, "There is no participant with this id.")
        if "text/html" not in request.headers.get("accept", ""):
            return JSONResponse([_plain(entry) for entry in found])
        return pages.render(request, "deeds.html", member=member, journey=person, entries=found)

    return router


def _plain(entry: Entry) -> dict[str, Any]:
    return {
        "at": entry.at.isoformat(),
        "actor": {"kind": entry.actor.kind, "name": entry.actor.name, "role": entry.actor.role},
        "deed": entry.deed,
        "about": entry.about,
        "details": dict(entry.details),
    }
