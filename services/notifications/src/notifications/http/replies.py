"""Text messages from people that a member of staff has to read."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Any, Literal, Protocol
from uuid import UUID

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response

from notifications.use_cases.take_reply import Reply
from page_base.pages import Pages
from page_base.problems import wants_page
from service_kit.access import Access, Member

READERS = ("coordinator", "clinician")


class Inbox(Protocol):
    """The replies that wait for staff."""

    async def for_staff(self) -> list[Reply]:
        """The oldest first."""

    async def done(self, reply_id: UUID, *, by: str, at: datetime) -> bool:
        """Dealt with; False where it didn't wait."""


def router(
    *,
    pages: Pages,
    access: Access,
    opened: Callable[[], AbstractAsyncContextManager[Inbox]],
    now: Callable[[], datetime],
) -> APIRouter:
    """The list, and dealing with one; `now` is domain time."""
    routes = APIRouter()
    Reader = Annotated[Member, Depends(access.allow(*READERS))]  # noqa: N806 - it is a type

    @routes.get("/replies", response_model=None)
    async def replies(request: Request, member: Reader, format: Literal["json", "html", ""] = "") -> Response:  # noqa: A002 - the name in the address
        """Replies that nobody has dealt with yet."""
        async with opened() as inbox:
            found = await inbox.for_staff()
        if format == "json" or (format == "" and not wants_page(request)):
            return JSONResponse({"replies": [_as_json(reply) for reply in found]})
        return pages.render(request, "replies.html", member=member, replies=found)

    @routes.post("/replies/{reply_id}/done", response_model=None)
    async def done(request: Request, member: Reader, reply_id: UUID) -> Response:
        """A member of staff has dealt with it; its words and number are forgotten."""
        async with opened() as inbox:
            if not await inbox.done(reply_id, by=member.name, at=now()):
                raise HTTPException(HTTPStatus.NOT_FOUND, "There is no such reply, or somebody has dealt with it already.")
        if wants_page(request):
            return RedirectResponse("/notifications/replies", HTTPStatus.SEE_OTHER)
        return Response(status_code=HTTPStatus.NO_CONTENT)

    return routes


def _as_json(reply: Reply) -> dict[str, Any]:
    return {
        "reply_id": str(reply.id),
        "participants": [str(participant) for participant in reply.participants],
        "phone": reply.phone,
        "text": reply.text,
        "why": reply.doubt.meaning if reply.doubt else None,
        "received_at": reply.received_at.isoformat(),
    }
