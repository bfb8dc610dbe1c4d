"""Sites: the list, one of them with its check-list, and changing it."""

from datetime import date, time
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, Field

from scheduling.domain.sites import CHECKLIST, Hours, Room, Site
from scheduling.http.desk import (
    CLINICIAN,
    COORDINATOR,
    FACILITATOR,
    Desk,
    in_plain_words,
    require_site,
    sites_seen_by,
    wants_page,
)
from scheduling.http.site_pages import site_for, site_page
from scheduling.use_cases.keep_site import keep_site
from scheduling.use_cases.tick_checklist import tick_checklist
from service_kit.access import Member
from service_kit.ids import new_id

MAIN_ROOM = "Main room"


class RoomBody(BaseModel):
    """A room, known by its name."""

    name: str = Field(max_length=100)
    capacity: int


class HoursBody(BaseModel):
    """From when to when a site is open, local wall clock time."""

    opens: time
    closes: time


class SiteBody(BaseModel):
    """A site as it is sent; what is left out stays as it is.

    `division`: england-and-wales, scotland or northern-ireland. `room_capacity` alone stands for one main room. `kind`: clinic,
    leisure_centre, community or workplace, which has an `employer`. `status`: planned, in_training, live or paused; only a site
    with the whole `checklist` done (item to day) can be live, and only a live one takes cohorts.
    """

    name: str = Field(max_length=200)
    outward_code: str = Field(max_length=4)
    division: str = Field(max_length=32)
    room_capacity: int | None = None
    rooms: list[RoomBody] | None = Field(default=None, max_length=1000)
    closed_on: list[date] | None = Field(default=None, max_length=400)
    kind: str | None = Field(default=None, max_length=32)
    status: str | None = Field(default=None, max_length=32)
    address: str | None = Field(default=None, max_length=500)
    employer: str | None = Field(default=None, max_length=64)
    opening_hours: dict[str, list[HoursBody]] | None = None
    access_features: list[str] | None = Field(default=None, max_length=50)
    what_to_bring: str | None = Field(default=None, max_length=500)
    parking: str | None = Field(default=None, max_length=500)
    checklist: dict[str, date] | None = None

    def entries(self) -> dict[str, Any]:
        """What is given, named as the entries of a site."""
        given: dict[str, Any] = {
            name: value
            for name, value in self.model_dump(exclude={"room_capacity", "rooms", "opening_hours"}).items()
            if value is not None
        }
        rooms = self.rooms
        if rooms is None and self.room_capacity is not None:
            rooms = [RoomBody(name=MAIN_ROOM, capacity=self.room_capacity)]
        if rooms is not None:
            given["rooms"] = tuple(Room(room_id=new_id(), name=room.name, capacity=room.capacity) for room in rooms)
        if self.opening_hours is not None:
            given["opening_hours"] = {
                weekday: tuple(Hours(opens=one.opens, closes=one.closes) for one in hours)
                for weekday, hours in self.opening_hours.items()
            }
        if self.closed_on is not None:
            given["closed_on"] = tuple(sorted(set(self.closed_on)))
        if self.access_features is not None:
            given["access_features"] = tuple(self.access_features)
        return given


class RoomAnswer(RoomBody):
    """A room as it is stored."""

    room_id: UUID


class SiteAnswer(BaseModel):
    """A site as it is stored. `not_done` are the items of the check-list still to do, in their order."""

    site_id: str
    name: str
    kind: str
    status: str
    outward_code: str
    address: str | None
    employer: str | None
    division: str
    closed_on: list[date]
    opening_hours: dict[str, list[HoursBody]]
    access_features: list[str]
    what_to_bring: str | None
    parking: str | None
    rooms: list[RoomAnswer]
    checklist: dict[str, date]
    not_done: list[str]


class SiteList(BaseModel):
    """Sites by their name."""

    sites: list[SiteAnswer]


class TickBody(BaseModel):
    """When an item was done; null takes the tick away."""

    done_on: date | None


def sites_router(desk: Desk) -> APIRouter:
    """`GET /sites`, `GET` and `PUT /sites/{site_id}`, `PUT /sites/{site_id}/checklist/{item}`."""
    router = APIRouter()
    reader = Depends(desk.access.allow(COORDINATOR, FACILITATOR, CLINICIAN))
    coordinator = Depends(desk.access.allow(COORDINATOR))

    @router.put("/sites/{site_id}")
    async def put_site(site_id: str, body: SiteBody, member: Annotated[Member, coordinator]) -> SiteAnswer:
        """Make a site known, or change it."""
        require_site(member, site_id)
        with in_plain_words():
            async with desk.transaction() as work:
                changes = await keep_site(
                    site_id=site_id,
                    entries=body.entries(),
                    divisions=desk.bank_holidays.keys(),
                    offering=desk.offering,
                    repositories=work.repositories,
                    now=desk.now(),
                )
                await work.announce(changes)
        return _answer(await site_for(desk, site_id))

    @router.put("/sites/{site_id}/checklist/{item}")
    async def put_item(site_id: str, item: str, body: TickBody, member: Annotated[Member, coordinator]) -> SiteAnswer:
        """Note when an item of the check-list was done."""
        require_site(member, site_id)
        with in_plain_words():
            async with desk.transaction() as work:
                changes = await tick_checklist(
                    site_id=site_id,
                    item=item,
                    done_on=body.done_on,
                    repositories=work.repositories,
                    now=desk.now(),
                )
                await work.announce(changes)
        return _answer(await site_for(desk, site_id))

    @router.get("/sites", response_model=SiteList)
    async def get_sites(request: Request, member: Annotated[Member, reader]) -> SiteList | Response:
        """The member's sites."""
        seen = sites_seen_by(member)
        sites = [site for site in await desk.site_reads.sites() if not seen or site.site_id in seen]
        if wants_page(request):
            return desk.pages.render(request, "sites.html", member=member, sites=sites)
        return SiteList(sites=[_answer(site) for site in sites])

    @router.get("/sites/{site_id}", response_model=SiteAnswer)
    async def get_site(request: Request, site_id: str, member: Annotated[Member, reader]) -> SiteAnswer | Response:
        """One site with its check-list."""
        require_site(member, site_id)
        site = await site_for(desk, site_id)
        return site_page(desk, request, member, site) if wants_page(request) else _answer(site)

    return router


def _answer(site: Site) -> SiteAnswer:
    return SiteAnswer(
        **{name: getattr(site, name) for name in SiteAnswer.model_fields if name not in _OWN},
        closed_on=list(site.closed_on),
        access_features=list(site.access_features),
        checklist={item: site.checklist[item] for item in CHECKLIST if item in site.checklist},
        opening_hours={
            weekday: [HoursBody(opens=one.opens, closes=one.closes) for one in hours]
            for weekday, hours in site.opening_hours.items()
        },
        rooms=[RoomAnswer(room_id=room.room_id, name=room.name, capacity=room.capacity) for room in site.rooms],
        not_done=list(site.not_done),
    )


_OWN = {"closed_on", "access_features", "checklist", "opening_hours", "rooms", "not_done"}
