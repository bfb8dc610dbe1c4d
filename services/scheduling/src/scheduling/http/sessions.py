"""Moving and cancelling a session."""

from datetime import date, time
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, HTTPException
from pydantic import BaseModel

from scheduling.http.desk import COORDINATOR, NO_SESSION, Desk, in_plain_words, sheet_for
from scheduling.use_cases.cancel_session import cancel_session
from scheduling.use_cases.look_up import CohortDetail
from scheduling.use_cases.move_session import move_session
from service_kit.access import Member


class MoveBody(BaseModel):
    """Where a session goes: a day and a local wall clock time."""

    starts_on: date
    starts_at: time


def sessions_router(desk: Desk) -> APIRouter:
    """`POST /sessions/{session_id}/move` and `POST /sessions/{session_id}/cancel`."""
    router = APIRouter(prefix="/sessions/{session_id}")
    coordinator = Depends(desk.access.allow(COORDINATOR))

    @router.post("/move")
    async def post_move(session_id: UUID, body: MoveBody, member: Annotated[Member, coordinator]) -> CohortDetail:
        """Move a planned session."""
        sheet = await sheet_for(desk, session_id, member)
        if body.starts_at.tzinfo is not None:
            raise HTTPException(422, "starts_at must be a local time without a zone, such as 10:00.")
        with in_plain_words():
            async with desk.transaction() as work:
                changes = await move_session(
                    session_id=session_id,
                    starts_on=body.starts_on,
                    starts_at=body.starts_at,
                    offering=desk.offering,
                    bank_holidays=desk.bank_holidays,
                    repositories=work.repositories,
                    now=desk.now(),
                )
                await work.announce(changes)
        return await cohort_of(sheet.cohort_id)

    @router.post("/cancel")
    async def post_cancel(session_id: UUID, member: Annotated[Member, coordinator]) -> CohortDetail:
        """Cancel a planned session; it counts against nobody."""
        sheet = await sheet_for(desk, session_id, member)
        with in_plain_words():
            async with desk.transaction() as work:
                changes = await cancel_session(
                    session_id=session_id, offering=desk.offering, repositories=work.repositories, now=desk.now()
                )
                await work.announce(changes)
        return await cohort_of(sheet.cohort_id)

    async def cohort_of(cohort_id: UUID) -> CohortDetail:
        cohort = await desk.reads.cohort(cohort_id)
        if cohort is None:
            raise HTTPException(404, NO_SESSION)
        return cohort

    return router
