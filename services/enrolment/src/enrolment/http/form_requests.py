"""What a request to the form brings along, and where it leads next."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import TypeGuard

from fastapi import HTTPException, Request
from fastapi.responses import RedirectResponse, Response

from enrolment.domain.form.draft import SENT, Draft
from enrolment.domain.form.steps import Step, first_unanswered
from enrolment.domain.programmes import LANGUAGES

START = "/enrolment/self-referral"
COOKIE, LANGUAGE_COOKIE = "limber_form", "limber_language"
COOKIE_SECONDS = 24 * 60 * 60
MOST_BYTES = 20_000


def remember(request: Request, response: Response, name: str, value: str) -> None:
    """Set a cookie for the form's pages alone, for a day."""
    response.set_cookie(
        name,
        value,
        max_age=COOKIE_SECONDS,
        path="/enrolment",
        secure=request.url.scheme == "https",
        httponly=True,
        samesite="lax",
    )


def is_open(draft: Draft | None) -> TypeGuard[Draft]:
    """Whether there is a form that was not sent yet."""
    return draft is not None and draft.status != SENT


def to_start(draft: Draft | None) -> Response:
    """Lead to the beginning, or to the last page of a form that was sent."""
    path = f"{START}/done" if draft is not None and draft.status == SENT else START
    return RedirectResponse(path, HTTPStatus.SEE_OTHER)


def next_path(draft: Draft, steps: Sequence[Step]) -> str:
    """Return the address of the first question that is open, or of the check of all answers."""
    step = first_unanswered(steps, seen=draft.seen)
    return f"{START}/{step.slug}" if step else f"{START}/check"


def path_after(slug: str, draft: Draft, steps: Sequence[Step]) -> str:
    """Return the address of the page after one that was answered."""
    slugs = [step.slug for step in steps]
    after = slugs[slugs.index(slug) + 1 :] if slug in slugs else []
    return f"{START}/{after[0]}" if after else next_path(draft, steps)


def language_of(request: Request, spoken: str | None = None) -> str:
    """Return the language of the page: asked for, kept from before, or the person's own."""
    for wish in (request.query_params.get("lang"), request.cookies.get(LANGUAGE_COOKIE), spoken):
        if wish in LANGUAGES:
            return str(wish)
    return LANGUAGES[0]


async def entered_in(request: Request) -> dict[str, list[str]]:
    """Return what was entered; 413 for more than a form can hold."""
    if int(request.headers.get("content-length") or MOST_BYTES + 1) > MOST_BYTES:
        raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    form = await request.form()
    return {name: [value for value in form.getlist(name) if isinstance(value, str)] for name in form}
