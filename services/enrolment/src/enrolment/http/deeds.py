"""What was done to a person, by whom and when, in all services."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse, Response
from sqlalchemy.ext.asyncio import AsyncEngine

from enrolment.http.people import person_named
from enrolment.use_cases.gather_deeds import Deed, Deeds
from page_base.pages import Pages
from service_kit.access import Access, Member

# Names the services that did not answer, to programs.
MISSING_HEADER = "Limber-Missing"


def deeds_router(*, engine: AsyncEngine, access: Access, pages: Pages, gather: Callable[[UUID], Awaitable[Deeds]]) -> APIRouter:
    """`GET /enrolment/participants/{participant_id}/audit`."""
    router = APIRouter()

    @router.get("/participants/{participant_id}/audit")
    async def deeds(
        request: Request,
        participant_id: UUID,
        member: Annotated[Member, Depends(access.allow("coordinator", "clinician"))],
    ) -> Response:
        """Who did what to this person and when, in all services, the oldest first. A browser gets a page, a program JSON."""
        person = await person_named(engine, participant_id)
        found = await gather(participant_id)
        if "text/html" not in request.headers.get("accept", ""):
            return JSONResponse([_plain(deed) for deed in found.deeds], headers={MISSING_HEADER: ", ".join(found.missing)})
        return pages.render(
            request,
            "deeds.html",
            member=member,
            journey=person,
            entries=found.deeds,
            missing=[str(each) for each in found.missing],
        )

    return router


def _plain(deed: Deed) -> dict[str, Any]:
    return {
        "at": deed.at.isoformat(),
        "service": deed.service,
        "actor": {"kind": deed.actor.kind, "name": deed.actor.name, "role": deed.actor.role},
        "deed": deed.deed,
        "about": deed.about,
        "details": dict(deed.details),
    }
