"""How far people got, and what contradicts itself."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends

from outcomes.http.reading import Reading
from service_kit.access import Access, Member


def router(*, access: Access, reading: Reading, now: Callable[[], datetime]) -> APIRouter:
    """`GET /outcomes/audit`."""
    routes = APIRouter()
    Admin = Annotated[Member, Depends(access.allow("admin"))]  # noqa: N806 - it is a type

    @routes.get("/audit")
    async def audit(_: Admin) -> dict[str, Any]:
        """The funnel, and problems as sentences with ids."""
        async with reading() as reads:
            found = await reads.audit(now=now())
        return {"funnel": dict(found.funnel), "problems": list(found.problems)}

    return routes
