"""What every response tells the browser to refuse, and the requests from other sites that are refused."""

from collections.abc import Callable
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

SECURITY_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"  # nothing inline
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",  # no-referrer would blank forms' Origin header, by which other sites are told
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",  # after signing out, the Back button shows nobody's record
}

_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class BrowserSafety:
    """Middleware: security headers on every response, and no changing request that another site's page sent."""

    def __init__(self, app: ASGIApp, *, refuse: Callable[[Request], Response]) -> None:
        self._app = app
        self._refuse = refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass an HTTP request on, or answer it with what `refuse` says."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                add_security_headers(MutableHeaders(scope=message))
            await send(message)

        if scope["method"] not in _SAFE_METHODS and is_from_another_site(Headers(scope=scope)):
            await self._refuse(Request(scope))(scope, receive, send_with_headers)
            return
        await self._app(scope, receive, send_with_headers)


def add_security_headers(headers: MutableHeaders) -> None:
    """Add the headers that the response doesn't set itself."""
    for name, value in SECURITY_HEADERS.items():
        headers.setdefault(name, value)


def is_from_another_site(headers: Headers) -> bool:
    """Whether a browser says that another origin's page made this request; a client that is no browser says nothing."""
    fetch_site = headers.get("sec-fetch-site")
    if fetch_site is not None:
        return fetch_site not in {"same-origin", "none"}
    origin = headers.get("origin")
    return origin is not None and urlsplit(origin).netloc != headers.get("host")
