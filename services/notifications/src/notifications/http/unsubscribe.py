"""Hearing no more of the emails that a person may do without, after RFC 8058."""

from http import HTTPStatus
from typing import Annotated, Protocol

from fastapi import APIRouter, HTTPException, Path, Request
from fastapi.responses import Response

from page_base.pages import Pages

Token = Annotated[str, Path(min_length=20, max_length=100, pattern=r"^[A-Za-z0-9_-]+$")]


class Unsubscribe(Protocol):
    """Unsubscribes whoever has an email's token, where that is `decided`."""

    async def __call__(self, token: str, *, decided: bool) -> str | None:
        """The person's language; None where no email had the token."""


def router(*, pages: Pages, unsubscribe: Unsubscribe) -> APIRouter:
    """The page that a person opens, and what their mail program posts to; whoever has the token needs no other credential."""
    routes = APIRouter()

    @routes.get("/unsubscribe/{token}", response_model=None)
    async def ask(request: Request, token: Token) -> Response:
        """Ask, because programs that look at links must not decide for anybody."""
        language = _known(await unsubscribe(token, decided=False))
        return pages.render(request, "unsubscribe.html", token=token, done=False, lang=language)

    @routes.post("/unsubscribe/{token}", response_model=None)
    async def decide(request: Request, token: Token) -> Response:
        """No more of them; saying so twice comes to the same."""
        language = _known(await unsubscribe(token, decided=True))
        return pages.render(request, "unsubscribe.html", token=token, done=True, lang=language)

    return routes


def _known(language: str | None) -> str:
    if language is None:
        raise HTTPException(HTTPStatus.NOT_FOUND, "This link is not one of ours, or the email is too old.")
    return language
