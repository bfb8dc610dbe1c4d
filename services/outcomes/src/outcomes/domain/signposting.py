"""What a person is pointed to when the programme is over: near, suitable, in date, and never an offer for sale."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from math import inf
from uuid import UUID

from outcomes.domain.nearness import NEAR_KM, Places, area_of

LONGEST_LIST = 4
MOST_OF_ONE_KIND = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalService:
    """One entry of the directory. No outward codes: everywhere; no joints: for all. From `expires_on` it isn't shown.

    `access` names what is there for people who need it, such as `step_free`; `interests` what kind of thing it is, none for all.
    """

    code: str
    title: str
    url: str | None
    outward_codes: tuple[str, ...] = ()
    joints: tuple[str, ...] = ()
    expires_on: date
    is_price_offer: bool = False
    access: tuple[str, ...] = ()
    interests: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Directory:
    """The entries that come from files, and where outward codes are."""

    services: tuple[LocalService, ...] = ()
    places: Places = field(default_factory=lambda: Places({}))


@dataclass(frozen=True, slots=True, kw_only=True)
class Signpost:
    """One thing that a person is pointed to."""

    code: str
    title: str
    url: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Signposting:
    """The list that one person got for one enrolment; there is one only."""

    signposting_id: UUID
    sequence: int
    participant_id: UUID
    enrolment_id: UUID
    signposts: tuple[Signpost, ...]
    issued_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What suits a person: where they live, their joints, the access they need, and their interests, if they named any."""

    outward_code: str | None
    joints: Sequence[str] = ()
    access_needs: Sequence[str] = ()
    interests: Sequence[str] = ()


def km_to(service: LocalService, *, outward_code: str | None, places: Places) -> float | None:
    """How far away a service is: its nearest outward code, then its whole area, infinity for everywhere, None for elsewhere.

    Letters alone are a whole postcode area: `SW` is SW18's, `S` and `SW1` are not.
    """
    if not service.outward_codes:
        return inf
    near = places.near(outward_code)
    code = (outward_code or "").upper()
    found = [near[one] for one in service.outward_codes if one in near]
    if code and area_of(code) in service.outward_codes:
        found.append(NEAR_KM)
    return min(found, default=None)


def searched(outward_codes: Iterable[str | None], *, places: Places) -> frozenset[str]:
    """Every outward code and area in which something is near one of these."""
    known = [code.upper() for code in outward_codes if code]
    return frozenset(area_of(code) for code in known).union(*(places.near(code) for code in known))


def is_accessible(service: LocalService, *, needs: Sequence[str]) -> bool:
    """Whether somebody with these needs can go there: a place must name each of them; what is everywhere has no door."""
    return not service.outward_codes or set(needs) <= set(service.access)


def signposts_for(
    *, services: Iterable[LocalService], wishes: Wishes, places: Places, today: date, most: int = LONGEST_LIST
) -> tuple[Signpost, ...]:
    """At most four services: what the person is interested in first, then the nearest, in the directory's order.

    Entries of kinds that somebody who named interests did not name are left out, and of one kind there are two at most. Price
    offers are marketing and always left out; signposts are care, and no opt-out of marketing stops them.
    """
    near = [
        (not _shares(service.interests, wishes.interests), km, service)
        for service in services
        if not service.is_price_offer
        and service.expires_on > today
        and is_accessible(service, needs=wishes.access_needs)
        and (not service.joints or _shares(service.joints, wishes.joints))
        and (not service.interests or not wishes.interests or _shares(service.interests, wishes.interests))
        and (km := km_to(service, outward_code=wishes.outward_code, places=places)) is not None
    ]
    near.sort(key=lambda found: found[:2])
    chosen: list[LocalService] = []
    for _, _, service in near:
        of_the_kind = sum(_shares(service.interests, other.interests) for other in chosen)
        if of_the_kind < MOST_OF_ONE_KIND and len(chosen) < most:
            chosen.append(service)
    return tuple(Signpost(code=one.code, title=one.title, url=one.url) for one in chosen)


def _shares(some: Collection[str], others: Collection[str]) -> bool:
    return not set(some).isdisjoint(others)
