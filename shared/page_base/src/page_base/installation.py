"""Giving a service's app all that its pages need, in one call."""

from functools import partial
from http import HTTPStatus

from fastapi import FastAPI

from page_base.assets import assets_router
from page_base.browser_safety import BrowserSafety
from page_base.pages import Pages
from page_base.problems import problem, show_problems
from page_base.sign_in import Verify, sign_in_router

_FROM_ANOTHER_SITE = "The request came from another website, so it was not carried out."


def install(app: FastAPI, *, service: str, pages: Pages, verify: Verify, home: str | None = None) -> None:
    """Add the assets, signing in and out, plain-word errors, security headers and the refusal of other sites' forms.

    `verify` gives whoever a staff token belongs to, or None. `home` is where a member lands after signing in; left out,
    it is the first link of the navigation. ValueError if `pages` were made for another service.
    """
    if pages.service != service:
        msg = f"the pages are those of {pages.service!r}, not of {service!r}"
        raise ValueError(msg)
    app.include_router(assets_router(service=service, package=pages.package))
    app.include_router(sign_in_router(service=service, pages=pages, verify=verify, home=home or pages.home))
    show_problems(app, pages=pages)
    app.add_middleware(
        BrowserSafety, refuse=partial(problem, pages=pages, status_code=HTTPStatus.FORBIDDEN, sentence=_FROM_ANOTHER_SITE)
    )
