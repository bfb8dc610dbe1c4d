"""Counts of the journey so far, and what should never be."""

from typing import Annotated

from fastapi import APIRouter, Depends

from scheduling.http.desk import Desk
from scheduling.use_cases.look_up import Audit
from service_kit.access import ADMIN, Member


def audit_router(desk: Desk) -> APIRouter:
    """`GET /audit`, for administrators."""
    router = APIRouter()

    @router.get("/audit")
    async def get_audit(_: Annotated[Member, Depends(desk.access.allow(ADMIN))]) -> Audit:
        """How many people got how far, and every broken promise as a sentence."""
        return await desk.reads.audit(now=desk.now())

    return router
