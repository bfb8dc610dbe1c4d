"""The local mailbox, as its recipients would read it."""

from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, HTTPException, Query, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response

from notifications.domain.replies import Word
from notifications.domain.replying import Doubt
from notifications.http.reading import Reading
from notifications.use_cases.mailbox import Delivered
from page_base.pages import Pages
from page_base.problems import wants_page
from service_kit.access import Access, Member

READERS = ("coordinator", "clinician")
MOST_LISTED = 1000
# What became of an answer, for whoever gave it on this page.
_NOTICES = {word.value: f"The answer was read as {word.name}." for word in Word} | {
    doubt.value: f"The answer is for staff to read. {doubt.meaning}" for doubt in Doubt
}


def router(*, pages: Pages, access: Access, reading: Reading, can_answer: bool) -> APIRouter:
    """The mailbox, for programs as JSON (`?format=json`, or no wish for HTML) and for browsers as pages.

    With `can_answer` the pages have a form to answer a text message as the phone that got it.
    """
    routes = APIRouter()
    Reader = Annotated[Member, Depends(access.allow(*READERS))]  # noqa: N806 - it is a type

    @routes.get("/mailbox", response_model=None)
    async def mailbox(
        request: Request,
        member: Reader,
        channel: Literal["sms", "email", ""] = "",
        to: Annotated[str, Query(max_length=254)] = "",
        reference: Annotated[str, Query(max_length=254)] = "",
        limit: Annotated[int, Query(ge=1, le=MOST_LISTED)] = 100,
        offset: Annotated[int, Query(ge=0)] = 0,
        format: Literal["json", "html", ""] = "",  # noqa: A002 - the name in the address
    ) -> Response:
        """What arrived, newest first. `to` is an exact phone number or email address, `reference` a message's id."""
        async with reading() as views:
            found = await views.mailbox(
                channel=channel or None, recipient=to or None, reference=reference or None, limit=limit, offset=offset
            )
        if format == "json" or (format == "" and not wants_page(request)):
            return JSONResponse({"messages": [_as_json(item) for item in found.items], "total": found.total})
        return pages.render(
            request,
            "mailbox.html",
            member=member,
            found=found,
            channel=channel,
            to=to,
            limit=limit,
            offset=offset,
            can_answer=can_answer,
            notice=_NOTICES.get(request.query_params.get("read_as", "")),
        )

    @routes.get("/mailbox/{mailbox_id}", response_model=None)
    async def one(request: Request, member: Reader, mailbox_id: UUID, format: Literal["json", "html", ""] = "") -> Response:  # noqa: A002 - the name in the address
        """One of them, with all its words."""
        found = await _found(reading, mailbox_id)
        if format == "json" or (format == "" and not wants_page(request)):
            return JSONResponse(_as_json(found))
        return pages.render(request, "delivered.html", member=member, item=found, can_answer=can_answer)

    _add_parts(routes, reader=access.allow(*READERS), reading=reading)
    return routes


def _add_parts(routes: APIRouter, *, reader: Callable[..., Awaitable[Member]], reading: Reading) -> None:
    Reader = Annotated[Member, Depends(reader)]  # noqa: N806 - it is a type

    @routes.get("/mailbox/{mailbox_id}/html", response_model=None)
    async def as_html(_: Reader, mailbox_id: UUID) -> Response:
        """An email as a mail program shows it, with nothing allowed that a mail program forbids."""
        html = (await _found(reading, mailbox_id)).html
        if html is None:
            raise HTTPException(HTTPStatus.NOT_FOUND, "This message has no HTML.")
        return HTMLResponse(html, headers={"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox"})

    @routes.get("/mailbox/{mailbox_id}/sessions.ics", response_model=None)
    async def calendar(_: Reader, mailbox_id: UUID) -> Response:
        """The calendar that came with an email."""
        found = (await _found(reading, mailbox_id)).calendar
        if found is None:
            raise HTTPException(HTTPStatus.NOT_FOUND, "This message has no calendar.")
        return Response(found.replace("\n", "\r\n") + "\r\n", media_type="text/calendar")


async def _found(reading: Reading, mailbox_id: UUID) -> Delivered:
    async with reading() as views:
        found = await views.delivered(mailbox_id)
    if found is None:
        raise HTTPException(HTTPStatus.NOT_FOUND, "There is no such message in the mailbox.")
    return found


def _as_json(item: Delivered) -> dict[str, Any]:
    return {
        "id": str(item.id),
        "reference": item.reference,
        "channel": item.channel,
        "to": item.recipient,
        "subject": item.subject,
        "body": item.body,
        "html": item.html,
        "calendar": item.calendar,
        "sms_parts": item.sms_parts,
        "copies": item.copies,
        "received_at": item.received_at.isoformat(),
    }
