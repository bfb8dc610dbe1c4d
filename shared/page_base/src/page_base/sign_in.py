"""Signing in to the pages with a staff token, and out again."""

import re
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from page_base.cookie import forget, remember
from page_base.pages import FieldError, Pages

Verify = Callable[[str], Awaitable[object | None]]


def sign_in_router(*, service: str, pages: Pages, verify: Verify, home: str) -> APIRouter:
    """`GET|POST /<service>/sign-in` and `POST /<service>/sign-out`.

    `verify` gives whoever the token belongs to, or None; `home` is where a member lands who asked for no page.
    """
    router = APIRouter(prefix=f"/{service}", include_in_schema=False)

    @router.get("/sign-in")
    async def ask(request: Request, next: str = "") -> Response:  # noqa: A002 - the name in the address
        return pages.render(request, "page_base/sign_in.html", next=local_path(next, otherwise=""))

    @router.post("/sign-in")
    async def sign_in(
        request: Request,
        token: Annotated[str, Form()] = "",
        next: Annotated[str, Form()] = "",  # noqa: A002 - the name in the form
    ) -> Response:
        token = token.strip()
        if not is_sendable(token) or await verify(token) is None:
            text = (
                "Enter your staff token" if not token else "Staff token is not one that we know. Check that you copied all of it"
            )
            return pages.render(
                request,
                "page_base/sign_in.html",
                status_code=HTTPStatus.UNPROCESSABLE_ENTITY,
                next=local_path(next, otherwise=""),
                errors=[FieldError("token", text)],
            )
        response = RedirectResponse(local_path(next, otherwise=home), status_code=HTTPStatus.SEE_OTHER)
        remember(request, response, token=token)
        return response

    @router.post("/sign-out")
    async def sign_out(request: Request) -> Response:
        response = RedirectResponse(f"/{service}/sign-in", status_code=HTTPStatus.SEE_OTHER)
        forget(request, response)
        return response

    return router


def local_path(address: str, *, otherwise: str) -> str:
    """The address if it is a path on this site, otherwise the other one: a sign-in link must not lead elsewhere."""
    return address if re.fullmatch(r"/(?![/\\])[\x21-\x5b\x5d-\x7e]*", address) else otherwise


def is_sendable(token: str) -> bool:
    """Whether a cookie can carry the token as it is: visible ASCII without quote, comma, semicolon or backslash."""
    return re.fullmatch(r"[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]{1,512}", token) is not None
