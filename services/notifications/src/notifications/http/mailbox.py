"""The local mailbox, as its recipients would read it."""

from http import HTTPStatus
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, HTTPException, Query, Request
from fastapi.responses import JSONResponse, Response

from notifications.http.reading import Reading
from notifications.use_cases.mailbox import Delivered
from page_base.pages import Pages
from page_base.problems import wants_page
from service_kit.access import Access, Member

READERS = ("coordinator", "clinician")
MOST_LISTED = 1000


def router(*, pages: Pages, access: Access, reading: Reading) -> APIRouter:
    """The mailbox, for programs as JSON (`?format=json`, or no wish for HTML) and for browsers as pages."""
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
            request, "mailbox.html", member=member, found=found, channel=channel, to=to, limit=limit, offset=offset
        )

    @routes.get("/mailbox/{mailbox_id}", response_model=None)
    async def one(request: Request, member: Reader, mailbox_id: UUID, format: Literal["json", "html", ""] = "") -> Response:  # noqa: A002 - the name in the address
        """One of them, with all its words."""
        async with reading() as views:
            found = await views.delivered(mailbox_id)
        if found is None:
            raise HTTPException(HTTPStatus.NOT_FOUND, "There is no such message in the mailbox.")
        if format == "json" or (format == "" and not wants_page(request)):
            return JSONResponse(_as_json(found))
        return pages.render(request, "delivered.html", member=member, item=found)

    return routes


def _as_json(item: Delivered) -> dict[str, Any]:
    return {
        "id": str(item.id),
        "reference": item.reference,
        "channel": item.channel,
        "to": item.recipient,
        "subject": item.subject,
        "body": item.body,
        "sms_parts": item.sms_parts,
        "copies": item.copies,
        "received_at": item.received_at.isoformat(),
    }
