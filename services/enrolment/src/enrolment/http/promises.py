"""Promised referrals that could not be fetched, or wait to be."""

from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from enrolment.domain.promises import Promise, PromiseStepError, problem_words
from enrolment.use_cases.review_referral import CLINICIAN
from service_kit.access import Access

_OPEN = text(
    "SELECT p.*, o.name AS organisation_name FROM promised_referrals p LEFT JOIN organisations o"
    " ON o.channel = p.channel AND o.code = p.organisation WHERE p.state <> 'fetched' ORDER BY p.state, p.promised_at LIMIT 200"
)


async def open_promises(conn: AsyncConnection) -> list[dict[str, Any]]:
    """Return what failed and what waits, the failed first and the oldest first.

    Of the address only the host is shown: the rest may name a person.
    """
    found = (await conn.execute(_OPEN)).mappings()
    return [
        {
            "id": row["id"],
            "organisation": row["organisation"],
            "organisation_name": row["organisation_name"],
            "event_id": row["event_id"],
            "host": urlsplit(row["address"] or "").hostname,
            "state": row["state"],
            "attempts": row["attempts"],
            "problem": row["problem"],
            "problem_text": problem_words(row["problem"]) if row["problem"] else None,
            "due_at": row["due_at"],
            "promised_at": row["promised_at"],
        }
        for row in found
    ]


def promises_router(*, engine: AsyncEngine, access: Access, try_again: Callable[[UUID], Awaitable[Promise | None]]) -> APIRouter:
    """`GET /enrolment/promised-referrals` and `POST …/{id}/retry`, for coordinators and clinicians."""
    router = APIRouter()
    staff = Depends(access.allow("coordinator", CLINICIAN))

    @router.get("/promised-referrals", dependencies=[staff])
    async def listing() -> list[dict[str, Any]]:
        """What could not be fetched, and what waits to be."""
        async with engine.connect() as conn:
            return await open_promises(conn)

    @router.post("/promised-referrals/{promise_id}/retry", dependencies=[staff], response_model=None)
    async def retry(request: Request, promise_id: UUID) -> Response | dict[str, str]:
        """Have a failed one tried again, at once. A browser comes back to the queue, a program gets JSON."""
        try:
            promise = await try_again(promise_id)
        except PromiseStepError as error:
            raise HTTPException(HTTPStatus.CONFLICT, str(error)) from None
        if promise is None:
            raise HTTPException(HTTPStatus.NOT_FOUND, "There is no promised referral with this id.")
        if "text/html" in request.headers.get("accept", ""):
            return RedirectResponse("/enrolment/review#fetches", HTTPStatus.SEE_OTHER)
        return {"id": str(promise.id), "state": promise.state}

    return router
