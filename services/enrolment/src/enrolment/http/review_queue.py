"""The review queue, and the list of people to call."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse
from sqlalchemy.ext.asyncio import AsyncEngine

from enrolment.domain.hearing import hears_of_care
from enrolment.http.near_matches import near_matches
from enrolment.http.promises import open_promises
from enrolment.http.queue_reading import PAGE_SIZE, Waiting, to_call, waiting
from enrolment.use_cases.review_referral import CLINICIAN
from page_base.pages import Pages
from service_kit.access import Access, Member

FILTERS: Mapping[str, tuple[str, Callable[[Waiting], bool]]] = {
    "": ("All", lambda each: not each.set_aside),
    "red-flags": ("Red flags", lambda each: not each.set_aside and each.red_flag),
    "identity": ("Who is it?", lambda each: not each.set_aside and each.identity),
    "questions": ("Something is missing", lambda each: not (each.set_aside or each.red_flag or each.identity)),
    "asked": ("More was asked", lambda each: not each.set_aside and each.asked_at is not None),
    "set-aside": ("Set aside: the person has died or was erased", lambda each: each.set_aside),
}
ABOUT = {
    "needs_review": "The referral is being looked at",
    "accepted": "The referral was accepted",
    "declined": "The referral was declined",
}


def review_queue_router(
    *,
    engine: AsyncEngine,
    access: Access,
    pages: Pages,
    programmes: Mapping[str, str],
    bank_holidays: frozenset[date],
    now: Callable[[], datetime],
) -> APIRouter:
    """`GET /enrolment/review` and `GET /enrolment/call-list`."""
    router = APIRouter()
    staff = access.allow("coordinator", CLINICIAN)

    @router.get("/review")
    async def queue(request: Request, member: Annotated[Member, Depends(staff)], show: str = "", page: int = 1) -> HTMLResponse:
        """What waits for somebody to look at it: referrals, the one due first at the top, and people who may be one."""
        async with engine.connect() as conn:
            found = await waiting(conn, bank_holidays=bank_holidays)
            pairs = await near_matches(conn)
            fetches = await open_promises(conn)
        chosen = show if show in FILTERS else ""
        listed = [each for each in found if FILTERS[chosen][1](each)]
        page = max(1, page)
        return pages.render(
            request,
            "review_queue.html",
            member=member,
            is_clinician=member.role == CLINICIAN,
            filters=[(name, words, sum(map(holds, found))) for name, (words, holds) in FILTERS.items()],
            chosen=chosen,
            listed=listed[(page - 1) * PAGE_SIZE : page * PAGE_SIZE],
            more=page + 1 if len(listed) > page * PAGE_SIZE else None,
            late=sum(each.due_at <= now() and not each.set_aside for each in found),
            now=now(),
            pairs=pairs,
            fetches=fetches,
            programmes=programmes,
            asked_by_receipt={each.id for each in found if hears_of_care(each.channel)},
        )

    @router.get("/call-list")
    async def call_list(request: Request, member: Annotated[Member, Depends(staff)]) -> HTMLResponse:
        """People without a mobile and without an email: nobody hears from us unless somebody rings or writes."""
        async with engine.connect() as conn:
            people = await to_call(conn)
        return pages.render(request, "call_list.html", member=member, people=people, about=ABOUT)

    return router
