"""Sites."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field

from scheduling.domain.sites import Site
from scheduling.http.desk import COORDINATOR, Desk, in_plain_words, require_site
from scheduling.use_cases.keep_site import keep_site
from service_kit.access import Member


class SiteBody(BaseModel):
    """A site as it is sent. `division`: england-and-wales, scotland or northern-ireland."""

    name: str = Field(max_length=200)
    outward_code: str = Field(max_length=4)
    division: str = Field(max_length=32)
    room_capacity: int
    closed_on: list[date] = Field(default=[], max_length=400)


class SiteAnswer(SiteBody):
    """A site as it is stored."""

    site_id: str


def sites_router(desk: Desk) -> APIRouter:
    """`PUT /sites/{site_id}`."""
    router = APIRouter()

    @router.put("/sites/{site_id}")
    async def put_site(
        site_id: str, body: SiteBody, member: Annotated[Member, Depends(desk.access.allow(COORDINATOR))]
    ) -> SiteAnswer:
        """Make a site known, or change it."""
        require_site(member, site_id)
        site = Site(
            site_id=site_id,
            name=body.name,
            outward_code=body.outward_code,
            division=body.division,
            room_capacity=body.room_capacity,
            closed_on=tuple(sorted(set(body.closed_on))),
        )
        with in_plain_words():
            async with desk.transaction() as work:
                changes = await keep_site(
                    site=site,
                    divisions=desk.bank_holidays.keys(),
                    offering=desk.offering,
                    repositories=work.repositories,
                    now=desk.now(),
                )
                await work.announce(changes)
        return SiteAnswer(site_id=site_id, **body.model_dump())

    return router
