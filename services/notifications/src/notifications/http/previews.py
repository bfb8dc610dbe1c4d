"""The words of every kind of message in both languages, with made-up facts."""

from collections.abc import Callable, Sequence
from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Literal, Protocol

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import HTMLResponse, Response

from notifications.domain.message import Kind
from page_base.pages import Pages
from service_kit.access import Access, Member

LANGUAGES = ("en", "cy")
READERS = ("coordinator", "clinician")
Language = Literal["en", "cy"]


class Preview(Protocol):
    """What is shown of one."""

    @property
    def html(self) -> str:
        """The email as HTML."""


class Previews(Protocol):
    """Puts previews together."""

    def preview(self, *, kind: Kind, language: str, now: datetime) -> Preview:
        """One kind in one language, as if it were sent at `now`."""


def router(*, pages: Pages, access: Access, previews: Previews, now: Callable[[], datetime]) -> APIRouter:
    """The list, one of them side by side in both languages, and its HTML; `now` is domain time."""
    routes = APIRouter()
    Reader = Annotated[Member, Depends(access.allow(*READERS))]  # noqa: N806 - it is a type

    @routes.get("/templates", response_model=None)
    async def templates(request: Request, member: Reader) -> Response:
        """Every kind and how long its text messages are."""
        shown = [(kind, both(kind)) for kind in Kind]
        return pages.render(request, "templates.html", member=member, shown=shown)

    @routes.get("/templates/{kind}", response_model=None)
    async def template(request: Request, member: Reader, kind: str) -> Response:
        """One kind in both languages."""
        known = _known(kind)
        return pages.render(request, "template.html", member=member, kind=known, previews=both(known))

    @routes.get("/templates/{kind}/{language}/html", response_model=None)
    async def as_html(_: Reader, kind: str, language: Language) -> Response:
        """The email as a mail program shows it, with nothing allowed that a mail program forbids."""
        html = previews.preview(kind=_known(kind), language=language, now=now()).html
        return HTMLResponse(html, headers={"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox"})

    def both(kind: Kind) -> Sequence[Preview]:
        return [previews.preview(kind=kind, language=language, now=now()) for language in LANGUAGES]

    return routes


def _known(kind: str) -> Kind:
    try:
        return Kind(kind)
    except ValueError:
        raise HTTPException(HTTPStatus.NOT_FOUND, "There is no such kind of message.") from None
