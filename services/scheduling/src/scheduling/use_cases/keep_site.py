"""A site is made known, or changed."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from scheduling.domain.broken_rule import BrokenRuleError
from scheduling.domain.cohorts import PLANNED
from scheduling.domain.sites import Site, checked_site
from scheduling.use_cases.changes import Changes, PlaceChange
from scheduling.use_cases.offer_free_places import offer_free_places
from scheduling.use_cases.offering import Offering
from scheduling.use_cases.repositories import Repositories


async def keep_site(
    *,
    site_id: str,
    entries: Mapping[str, Any],
    divisions: Collection[str],
    offering: Offering,
    repositories: Repositories,
    now: datetime,
) -> Changes:
    """Store a site's entries, named as those of Site; what isn't among them stays as it is. Raises BrokenRuleError.

    A room is known by its name. A new name of the site is told again for its unfinished cohorts. Where it turns out to be
    elsewhere, or to have more, the waiting people whom its cohorts fit since are offered the seats.
    """
    await repositories.seats.lock_placing(sorted(offering.programmes))
    before = await repositories.sites.locked(site_id)
    site = _site_with(before, site_id, entries)
    if site == before:
        return Changes()
    checked_site(site, divisions=divisions)
    _refuse_lost_rooms(site, used=await repositories.sites.used_rooms(site_id))
    site = replace(site, sequence=site.sequence + 1)
    await repositories.sites.keep(site)
    if before is None:
        return Changes(sites=((site, now),))
    there = await repositories.cohorts.locked_unfinished_at(site.site_id)
    renamed = [one.at_renamed_site(site.name) for one in there] if before.name != site.name else []
    for cohort in renamed:
        await repositories.cohorts.change(cohort)
    given: list[PlaceChange] = []
    if (before.outward_code, before.access_features) != (site.outward_code, site.access_features):
        ids = [one.cohort_id for one in there]
        given = await offer_free_places(cohort_ids=ids, offering=offering, repositories=repositories, now=now)
    told = tuple(one for one in renamed if one.status != PLANNED)
    return Changes(sites=((site, now),), cohorts=told, places=tuple(given))


def _site_with(before: Site | None, site_id: str, entries: Mapping[str, Any]) -> Site:
    if before is None:
        return Site(site_id=site_id, **{"rooms": (), **entries})
    ids = {room.name: room.room_id for room in before.rooms}
    rooms = tuple(replace(room, room_id=ids.get(room.name, room.room_id)) for room in entries.get("rooms", before.rooms))
    return replace(before, **{**entries, "rooms": tuple(sorted(rooms, key=lambda room: room.name))})


def _refuse_lost_rooms(site: Site, *, used: Mapping[str, int]) -> None:
    capacities = {room.name: room.capacity for room in site.rooms}
    for name, people in used.items():
        if name not in capacities:
            raise BrokenRuleError("rooms", f"rooms must keep {name}: cohorts are or were in it.")
        if capacities[name] < people:
            raise BrokenRuleError("rooms.capacity", f"capacity of {name} must be at least {people}: a cohort there has so many.")
