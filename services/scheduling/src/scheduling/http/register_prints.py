"""The register on paper: with emergency contacts, and an exercise sheet to fill in by hand."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response

from scheduling.http.desk import COORDINATOR, FACILITATOR, Desk, sheet_for
from service_kit.access import Member


def register_prints_router(desk: Desk) -> APIRouter:
    """`GET /sessions/{session_id}/register/print` and `…/exercise-sheet`."""
    router = APIRouter(prefix="/sessions/{session_id}/register")
    keeper = Depends(desk.access.allow(FACILITATOR, COORDINATOR))

    @router.get("/print", include_in_schema=False)
    async def get_print(request: Request, session_id: UUID, member: Annotated[Member, keeper]) -> Response:
        """The register to print, blank or as it stands."""
        sheet = await sheet_for(desk, session_id, member)
        return desk.pages.render(request, "register_print.html", member=member, sheet=sheet)

    @router.get("/exercise-sheet", include_in_schema=False)
    async def get_exercise_sheet(request: Request, session_id: UUID, member: Annotated[Member, keeper]) -> Response:
        """A page for each person with every station, last time's beside it."""
        sheet = await sheet_for(desk, session_id, member)
        return desk.pages.render(request, "exercise_sheet.html", member=member, sheet=sheet)

    return router
