"""The life of one message, sending it again, and what became of messages by kind and provider."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Form, HTTPException, Query, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response

from notifications.domain.message import Message, RepeatError
from notifications.http.reading import Reading
from notifications.use_cases.send_again import Repeat
from notifications.use_cases.views import MessageLife, Rate
from page_base.pages import FieldError, Pages
from page_base.problems import wants_page
from service_kit.access import Access, Member

READERS = ("coordinator", "clinician")
SendAgain = Callable[[Repeat], Awaitable[Message | None]]
Format = Literal["json", "html", ""]


def router(*, pages: Pages, access: Access, reading: Reading, send_again: SendAgain, now: Callable[[], datetime]) -> APIRouter:
    """The routes; `now` is domain time."""
    routes = APIRouter()
    Reader = Annotated[Member, Depends(access.allow(*READERS))]  # noqa: N806 - it is a type

    @routes.get("/messages/{message_id}", response_model=None)
    async def life(request: Request, member: Reader, message_id: UUID, format: Format = "") -> Response:  # noqa: A002 - the name in the address
        """What became of it, when and why."""
        found = await _life(reading, message_id)
        if format == "json" or (format == "" and not wants_page(request)):
            return JSONResponse(_as_json(found))
        return pages.render(request, "life.html", member=member, life=found, errors=[])

    @routes.post("/messages/{message_id}/again", response_model=None)
    async def again(
        request: Request, member: Reader, message_id: UUID, because: Annotated[str, Form(max_length=500)] = ""
    ) -> Response:
        """Plan it once more, under the rules that hold for any message."""
        try:
            planned = await send_again(Repeat(message_id=message_id, by=member.name, because=because))
        except RepeatError as error:
            if not wants_page(request):
                raise HTTPException(HTTPStatus.UNPROCESSABLE_ENTITY, str(error)) from None
            errors = [FieldError("because", str(error))]
            found = await _life(reading, message_id)
            status = HTTPStatus.UNPROCESSABLE_ENTITY
            return pages.render(request, "life.html", status_code=status, member=member, life=found, errors=errors)
        if planned is None:
            raise HTTPException(HTTPStatus.NOT_FOUND, "There is no such message.")
        if wants_page(request):
            return RedirectResponse(f"/notifications/messages/{planned.id}", HTTPStatus.SEE_OTHER)
        return JSONResponse({"message_id": str(planned.id)}, HTTPStatus.CREATED)

    @routes.get("/rates", response_model=None)
    async def rates(
        request: Request,
        member: Reader,
        days: Annotated[int, Query(ge=1, le=366)] = 30,
        format: Format = "",  # noqa: A002 - the name in the address
    ) -> Response:
        """What became of the messages of the last days."""
        async with reading() as views:
            found = await views.rates(since=now() - timedelta(days=days))
        if format == "json" or (format == "" and not wants_page(request)):
            return JSONResponse({"days": days, "rates": [_rate_as_json(rate) for rate in found]})
        return pages.render(request, "rates.html", member=member, rates=found, days=days)

    return routes


async def _life(reading: Reading, message_id: UUID) -> MessageLife:
    async with reading() as views:
        found = await views.life(message_id)
    if found is None:
        raise HTTPException(HTTPStatus.NOT_FOUND, "There is no such message.")
    return found


def _as_json(life: MessageLife) -> dict[str, Any]:
    return {
        "message_id": str(life.line.id),
        "participant_id": str(life.line.participant_id),
        "kind": life.line.kind,
        "status": life.line.status,
        "asked_by": life.asked_by,
        "asked_because": life.asked_because,
        "life": [
            {"status": stage.status, "at": stage.at.isoformat(), "reason": stage.reason, "provider": stage.provider}
            for stage in life.stages
        ],
    }


def _rate_as_json(rate: Rate) -> dict[str, Any]:
    return {
        "kind": rate.kind,
        "provider": rate.provider,
        "delivered": rate.delivered,
        "sent": rate.sent,
        "failed": rate.failed,
        "unknown": rate.unknown,
    }
