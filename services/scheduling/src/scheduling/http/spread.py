"""How far the programme has spread: sites by status, on a map and in a table, and facilitators trained month by month."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from math import cos, radians
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel

from scheduling.domain.distance import Position
from scheduling.domain.sites import STATUSES, Site
from scheduling.http.desk import CLINICIAN, COORDINATOR, FACILITATOR, Desk, sites_seen_by, wants_page
from service_kit.access import Member

_PIXELS_OF_A_DEGREE = 40
_MIDDLE_LATITUDE = 55.0
_MARGIN = 8


class SpreadAnswer(BaseModel):
    """Sites by status, and how many people were given a credential in each month (YYYY-MM), each once a month."""

    sites: dict[str, int]
    trained: dict[str, int]


@dataclass(frozen=True, slots=True)
class Dot:
    """A site on the map."""

    x: float
    y: float
    site: Site


class SpreadMap:
    """A map of nothing but where outward codes are: these draw the country. Latitudes up, longitudes across, in pixels."""

    def __init__(self, positions: Mapping[str, Position]) -> None:
        self._positions = positions
        self._west = min(one.longitude for one in positions.values())
        self._north = max(one.latitude for one in positions.values())
        places = {self._place(one) for one in positions.values()}
        self.width = round(max(x for x, _ in places)) + _MARGIN
        self.height = round(max(y for _, y in places)) + _MARGIN
        # One path of lines without length, whose round ends are the dots.
        self.country = "".join(f"M{x:.0f} {y:.0f}h0" for x, y in sorted({(round(x), round(y)) for x, y in places}))

    def dots(self, sites: list[Site]) -> list[Dot]:
        """Where those sites are whose outward code is known."""
        found = []
        for site in sites:
            position = self._positions.get(site.outward_code)
            if position is not None:
                x, y = self._place(position)
                found.append(Dot(round(x, 1), round(y, 1), site))
        return found

    def _place(self, position: Position) -> tuple[float, float]:
        across = (position.longitude - self._west) * cos(radians(_MIDDLE_LATITUDE)) * _PIXELS_OF_A_DEGREE
        return _MARGIN + across, _MARGIN + (self._north - position.latitude) * _PIXELS_OF_A_DEGREE


def spread_router(desk: Desk) -> APIRouter:
    """`GET /spread`, a page for a browser."""
    router = APIRouter()
    drawn = SpreadMap(desk.offering.reach.map.positions)

    @router.get("/spread", response_model=SpreadAnswer)
    async def get_spread(
        request: Request, member: Annotated[Member, Depends(desk.access.allow(COORDINATOR, FACILITATOR, CLINICIAN))]
    ) -> SpreadAnswer | Response:
        """Sites by status and facilitators trained per month."""
        seen = sites_seen_by(member)
        sites = [site for site in await desk.site_reads.sites() if not seen or site.site_id in seen]
        trained = await desk.site_reads.trained_by_month()
        counted = Counter(site.status for site in sites)
        by_status = {status: counted[status] for status in STATUSES}
        if not wants_page(request):
            return SpreadAnswer(sites=by_status, trained=dict(trained))
        return desk.pages.render(
            request,
            "spread.html",
            member=member,
            sites=sites,
            by_status=by_status,
            trained=trained,
            drawn=drawn,
            dots=drawn.dots(sites),
        )

    return router
