"""What a person reads when a request can't be answered, and what a program gets instead."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse, Response
from starlette.exceptions import HTTPException

from page_base.browser_safety import add_security_headers
from page_base.pages import PART_HEADER, Pages

_PROBLEMS: Mapping[int, tuple[str, str]] = {
    400: ("There is a problem with this request", "The request could not be understood. Go back and try again."),
    401: ("Sign in to see this page", "This page is for staff who are signed in."),
    403: (
        "You do not have permission to see this page",
        "Your role or your site does not include it. If you need it for your work, ask the person who set up your access.",
    ),
    404: (
        "Page not found",
        "If you typed the web address, check it is correct. If you followed a link, what it pointed to may have been removed.",
    ),
    405: ("This cannot be done here", "The page exists, but not for what was asked of it. Go back and try again."),
    409: (
        "This could not be done",
        "Something changed after you opened the page. Go back, load the page again and check it before you try once more.",
    ),
    413: ("This is too large", "What was sent is larger than this page takes."),
    422: ("There is a problem with what was entered", "Go back, check what you entered and try again."),
    429: ("Too many requests", "Wait a minute and try again."),
    500: ("Sorry, there is a problem with the service", "Try again later. Check what was saved before you enter it again."),
    503: ("Sorry, the service is not available", "Try again in a few minutes."),
}


def wants_page(request: Request) -> bool:
    """Whether the client is a browser that shows a page, rather than a program that reads JSON."""
    return "text/html" in request.headers.get("accept", "")


def problem(
    request: Request, *, pages: Pages, status_code: int, sentence: str | None = None, details: Sequence[str] = ()
) -> Response:
    """An error as a page for a browser and as `{"error": "…"}` for a program; `sentence` replaces the usual one."""
    heading, usual = _PROBLEMS.get(status_code) or _PROBLEMS[500 if status_code >= HTTPStatus.INTERNAL_SERVER_ERROR else 400]
    if not wants_page(request):
        return JSONResponse({"error": "; ".join(details) or sentence or f"{heading}. {usual}"}, status_code=status_code)
    return pages.render(
        request,
        "page_base/problem.html",
        status_code=status_code,
        heading=heading,
        sentence=sentence or usual,
        details=details,
        offer_sign_in=status_code == HTTPStatus.UNAUTHORIZED,
    )


def show_problems(app: FastAPI, *, pages: Pages) -> None:
    """Answer every error of the app in plain words; nothing of an unexpected one is shown."""

    async def refused(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)  # noqa: S101 - it is registered for this type
        headers = dict(error.headers or {})
        if error.status_code < HTTPStatus.BAD_REQUEST:
            return Response(status_code=error.status_code, headers=headers)
        if error.status_code == HTTPStatus.UNAUTHORIZED and _can_be_sent_to_sign_in(request):
            came_for = request.url.path + (f"?{request.url.query}" if request.url.query else "")
            return RedirectResponse(f"/{pages.service}/sign-in?next={quote(came_for)}", status_code=HTTPStatus.SEE_OTHER)
        response = problem(request, pages=pages, status_code=error.status_code, sentence=_own_words(error))
        response.headers.update(headers)
        return response

    async def invalid(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)  # noqa: S101 - it is registered for this type
        return problem(
            request,
            pages=pages,
            status_code=HTTPStatus.UNPROCESSABLE_ENTITY,
            details=[field_and_rule(one) for one in error.errors()],
        )

    async def unexpected(request: Request, _: Exception) -> Response:
        response = problem(request, pages=pages, status_code=HTTPStatus.INTERNAL_SERVER_ERROR)
        add_security_headers(response.headers)  # this answer is given outside all middleware
        return response

    app.add_exception_handler(HTTPException, refused)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(Exception, unexpected)


def field_and_rule(error: Mapping[str, Any]) -> str:
    """One validation error as "starts_on: Input should be a valid date"; the value that was sent is never repeated."""
    place = [str(step) for step in error["loc"] if step not in {"body", "query", "path", "header", "cookie"}]
    rule = str(error["msg"]).removeprefix("Value error, ")
    return f"{'.'.join(place)}: {rule}" if place else rule


def _can_be_sent_to_sign_in(request: Request) -> bool:
    return request.method == "GET" and wants_page(request) and PART_HEADER not in request.headers


def _own_words(error: HTTPException) -> str | None:
    if error.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR or error.detail == HTTPStatus(error.status_code).phrase:
        return None
    return str(error.detail)
