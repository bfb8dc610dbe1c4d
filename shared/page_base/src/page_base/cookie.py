"""The cookie that carries a member of staff's token from page to page."""

from fastapi import Request
from fastapi.responses import Response

SESSION_COOKIE = "limber_session"
SESSION_SECONDS = 12 * 60 * 60


def remember(request: Request, response: Response, *, token: str) -> None:
    """Keep the token for a working day, out of scripts' reach and never sent from another site."""
    response.set_cookie(
        SESSION_COOKIE,
        token,
        max_age=SESSION_SECONDS,
        path="/",
        secure=request.url.scheme == "https",
        httponly=True,
        samesite="strict",
    )


def forget(request: Request, response: Response) -> None:
    """Take the token out of the browser."""
    response.delete_cookie(SESSION_COOKIE, path="/", secure=request.url.scheme == "https", httponly=True, samesite="strict")
