"""Staff see what went to organisations by webhook, and send again what didn't get there."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response

from enrolment.http.webhooks import ShownStore, Webhooks, shown
from enrolment.use_cases.send_webhooks import NoSuchDeliveryError
from page_base.pages import Pages
from service_kit.access import Access, Member

DELIVERY_STATES = {
    "waiting": ("Waiting", "waiting"),
    "delivered": ("Delivered", "good"),
    "given_up": ("Given up", "problem"),
}
_MOST_SHOWN = 200


def webhook_page_router(
    *, access: Access, pages: Pages, webhooks: Webhooks, open_store: Callable[[], AbstractAsyncContextManager[ShownStore]]
) -> APIRouter:
    """`/enrolment/webhooks`, as a page or as JSON."""
    router = APIRouter(tags=["staff"])
    staff = access.allow("coordinator")

    @router.get("/webhooks", response_model=None)
    async def listing(request: Request, member: Annotated[Member, Depends(staff)], status: str = "") -> Response:
        """The newest 200 deliveries to all organisations, perhaps those of one state only."""
        wanted = status if status in DELIVERY_STATES else None
        async with open_store() as store:
            found = await store.newest(sender=None, status=wanted, limit=_MOST_SHOWN)
        if not _is_browser(request):
            return JSONResponse([shown(each).model_dump(mode="json") for each in found])
        return pages.render(request, "webhooks.html", member=member, deliveries=found, states=DELIVERY_STATES, status=wanted)

    @router.post("/webhooks/{delivery_id}/resend", response_model=None)
    async def resend(request: Request, delivery_id: str, _: Annotated[Member, Depends(staff)]) -> Response:
        """Send one once more, under its id."""
        try:
            delivery = await webhooks.send_again(delivery_id, sender=None)
        except NoSuchDeliveryError as error:
            raise HTTPException(HTTPStatus.NOT_FOUND, str(error)) from None
        if _is_browser(request):
            return RedirectResponse("/enrolment/webhooks", HTTPStatus.SEE_OTHER)
        return JSONResponse(shown(delivery).model_dump(mode="json"))

    return router


def _is_browser(request: Request) -> bool:
    return "text/html" in request.headers.get("accept", "")
