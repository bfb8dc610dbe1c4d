"""Private feeds for calendar programs: made and revoked by staff, opened by whoever has the address."""

import re
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, HTTPException, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, Field

from page_base.pages import FieldError
from scheduling.domain.calendars import Feed
from scheduling.domain.facilitators import UnknownFacilitatorError
from scheduling.domain.sites import UnknownSiteError
from scheduling.http.desk import COORDINATOR, Desk, in_plain_words, require_site, sites_seen_by, wants_page
from scheduling.http.ics import as_icalendar
from scheduling.use_cases.keep_feeds import make_feed, revoke_feed
from service_kit.access import Member, hash_of
from service_kit.ids import new_id

TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
# What calendar programs keep showing of what was.
LOOKING_BACK = timedelta(days=60)


class FeedBody(BaseModel):
    """Whose sessions: those at a site, or those that a facilitator leads or stands in for."""

    site_id: str | None = Field(default=None, max_length=64)
    facilitator_id: UUID | None = None


class FeedAnswer(BaseModel):
    """A feed that is open. `url` is told once, when the feed is made."""

    feed_id: UUID
    site_id: str | None
    facilitator_id: UUID | None
    created_at: datetime
    url: str | None = None


class FeedList(BaseModel):
    """Feeds that are open, the newest first."""

    feeds: list[FeedAnswer]


def feeds_router(desk: Desk) -> APIRouter:
    """`GET`, `POST /calendars`, `POST /calendars/{feed_id}/revoke` for staff, and the feeds themselves."""
    router = APIRouter()
    coordinator = Depends(desk.access.allow(COORDINATOR))

    @router.get("/calendars", response_model=FeedList)
    async def get_feeds(request: Request, member: Annotated[Member, coordinator]) -> FeedList | Response:
        """The feeds that are open."""
        if wants_page(request):
            return await _page(desk, request, member)
        return FeedList(feeds=[_answer(feed) for feed in await desk.calendars.feeds()])

    @router.post("/calendars", status_code=201)
    async def post_feed(body: FeedBody, member: Annotated[Member, coordinator]) -> FeedAnswer:
        """Make a private feed; whoever has its address can read it, so it is told once, and kept as a hash."""
        with in_plain_words():
            return await _make(desk, body, member)

    @router.post("/calendars/{feed_id}/revoke", status_code=204)
    async def post_revoke(feed_id: UUID, _: Annotated[Member, coordinator]) -> None:
        """Close a feed for good."""
        with in_plain_words():
            async with desk.transaction() as work:
                await revoke_feed(feed_id=feed_id, repositories=work.repositories, now=desk.now())

    @router.get("/calendars/{token}.ics", include_in_schema=False)
    async def get_feed(token: str) -> Response:
        """The feed itself, for a calendar program: it has no sign-in, the address is the secret."""
        now = desk.now()
        found = None
        if TOKEN.fullmatch(token):
            found = await desk.calendars.open(hash_of(token), since=now - LOOKING_BACK)
        if found is None:
            raise HTTPException(404, "There is no calendar at this address, or not any more.")
        name, entries = found
        document = as_icalendar(entries, name=f"Limber: {name}", programmes=desk.programmes, now=now)
        headers = {"Cache-Control": "private, no-store", "Content-Disposition": 'inline; filename="limber.ics"'}
        return Response(document, media_type="text/calendar; charset=utf-8", headers=headers)

    return router


def feed_forms_router(desk: Desk) -> APIRouter:
    """`POST /calendars/new` and `POST /calendars/{feed_id}/revoke-form`, as the page sends them."""
    router = APIRouter()
    coordinator = Depends(desk.access.allow(COORDINATOR))

    @router.post("/calendars/new", include_in_schema=False)
    async def post_new(request: Request, member: Annotated[Member, coordinator]) -> Response:
        """Take the page's form; the page that answers shows the address, once."""
        kind, _, chosen = str((await request.form()).get("of", "")).partition(":")
        try:
            of = FeedBody(site_id=chosen) if kind == "site" else FeedBody(facilitator_id=UUID(chosen))
            made = await _make(desk, of, member)
        except (ValueError, UnknownSiteError, UnknownFacilitatorError):
            errors = [FieldError("of", "Choose whose calendar it is")]
            return await _page(desk, request, member, errors=errors)
        return await _page(desk, request, member, made=made)

    @router.post("/calendars/{feed_id}/revoke-form", include_in_schema=False)
    async def post_revoke_form(feed_id: UUID, _: Annotated[Member, coordinator]) -> Response:
        """Take the page's button."""
        with in_plain_words():
            async with desk.transaction() as work:
                await revoke_feed(feed_id=feed_id, repositories=work.repositories, now=desk.now())
        return RedirectResponse("/scheduling/calendars", HTTPStatus.SEE_OTHER)

    return router


async def _make(desk: Desk, body: FeedBody, member: Member) -> FeedAnswer:
    if body.site_id is not None:
        require_site(member, body.site_id)
    token = desk.offering.new_token()
    feed = Feed(feed_id=new_id(), site_id=body.site_id, facilitator_id=body.facilitator_id, created_at=desk.now())
    async with desk.transaction() as work:
        await make_feed(feed=feed, token_hash=hash_of(token), repositories=work.repositories)
    url = f"{desk.public_url.rstrip('/')}/scheduling/calendars/{token}.ics"
    return _answer(feed).model_copy(update={"url": url})


async def _page(
    desk: Desk,
    request: Request,
    member: Member,
    *,
    made: FeedAnswer | None = None,
    errors: list[FieldError] | None = None,
) -> Response:
    seen = sites_seen_by(member)
    response = desk.pages.render(
        request,
        "feeds.html",
        status_code=HTTPStatus.UNPROCESSABLE_ENTITY if errors else HTTPStatus.OK,
        member=member,
        feeds=await desk.calendars.feeds(),
        sites={one.site_id: one.name for one in await desk.site_reads.sites() if not seen or one.site_id in seen},
        facilitators={one.facilitator_id: one.name for one in await desk.site_reads.facilitators()},
        made=made,
        errors=errors or [],
    )
    response.headers["Cache-Control"] = "no-store"
    return response


def _answer(feed: Feed) -> FeedAnswer:
    return FeedAnswer(feed_id=feed.feed_id, site_id=feed.site_id, facilitator_id=feed.facilitator_id, created_at=feed.created_at)
