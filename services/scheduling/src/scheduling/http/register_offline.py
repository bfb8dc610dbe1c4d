"""The empty page that a tablet keeps, so that a register opens without connection."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from scheduling.http.desk import COORDINATOR, FACILITATOR, Desk
from service_kit.access import Member


def register_offline_router(desk: Desk) -> APIRouter:
    """`GET /sessions/offline`: the register's page with nobody's name in it."""
    router = APIRouter()

    @router.get("/sessions/offline", include_in_schema=False)
    async def get_offline(
        request: Request, _: Annotated[Member, Depends(desk.access.allow(FACILITATOR, COORDINATOR))]
    ) -> Response:
        """What register-worker.js keeps."""
        return desk.pages.render(request, "register_offline.html")

    return router
