"""Somebody's questionnaires and what they were pointed to in their own page, by their link."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from types import MappingProxyType

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import Response

from outcomes.domain.questionnaire import ANSWERED, Questionnaire, at, takes_answers
from outcomes.use_cases.views import OwnThings
from page_base.pages import Pages

LANGUAGES = ("en", "cy")
# The Welsh was written by machine; a translator has not read it yet.
WORDS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "en": {
            "title": "Your questions",
            "nothing": "We have no questions for you now. When we do, we send you a link.",
            "baseline": "Questions before you start",
            "end": "Questions at the end",
            "later": "Questions later on",
            "planned": "We send you these on {due}.",
            "open": "Please answer by {closes}.",
            "late": "You can still answer until {late_until}.",
            "answered": "You answered on {answered}. Thank you.",
            "revoked": "Please ask the team for a new link.",
            "answer": "Answer the questions",
            "next": "What you could do next",
        },
        "cy": {
            "title": "Eich cwestiynau",
            "nothing": "Nid oes gennym gwestiynau i chi nawr. Pan fydd, byddwn yn anfon dolen atoch.",
            "baseline": "Cwestiynau cyn i chi ddechrau",
            "end": "Cwestiynau ar y diwedd",
            "later": "Cwestiynau yn nes ymlaen",
            "planned": "Byddwn yn anfon y rhain atoch ar {due}.",
            "open": "Atebwch erbyn {closes}, os gwelwch yn dda.",
            "late": "Gallwch ateb o hyd tan {late_until}.",
            "answered": "Ateboch ar {answered}. Diolch.",
            "revoked": "Gofynnwch i'r tîm am ddolen newydd.",
            "answer": "Ateb y cwestiynau",
            "next": "Yr hyn y gallech ei wneud nesaf",
        },
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One questionnaire as its person sees it: `said` names the words; `token` is there while it can be answered."""

    title: str
    said: str
    questionnaire: Questionnaire
    token: str | None = None


def router(
    *,
    pages: Pages,
    find: Callable[[str, datetime], Awaitable[OwnThings | None]],
    now: Callable[[], datetime],
) -> APIRouter:
    """`GET /outcomes/me/{token}/part` of a person without a sign-in."""
    routes = APIRouter(include_in_schema=False)

    @routes.get("/me/{token}/part")
    async def part(request: Request, token: str) -> Response:
        """What whoever has the link is asked, was asked and answered."""
        found = await find(token, now())
        if found is None:
            raise HTTPException(HTTPStatus.GONE, "This link does not work any more.")
        wish = request.query_params.get("lang", "")
        language = wish if wish in LANGUAGES else LANGUAGES[0]
        asked = [one for each in found.questionnaires if (one := seen(each, now=now())) is not None]
        return pages.render(
            request, "own_part.html", lang=language, words=WORDS[language], asked=asked, signposts=found.signposts
        )

    return routes


def seen(questionnaire: Questionnaire, *, now: datetime) -> Asked | None:
    """Say what a person sees of a questionnaire; nothing of one that is no longer needed or can't be answered any more."""
    current = at(questionnaire, now=now)
    title = current.time_point if current.time_point in {"baseline", "end"} else "later"
    if current.status in ANSWERED and current.answered_at is not None:
        return Asked(title=title, said="answered", questionnaire=current)
    if current.status == "planned":
        return Asked(title=title, said="planned", questionnaire=current)
    if not takes_answers(questionnaire, now=now):
        return None
    if current.link_revoked_at is not None:
        return Asked(title=title, said="revoked", questionnaire=current)
    return Asked(title=title, said="open" if current.status == "due" else "late", questionnaire=current, token=current.token)
