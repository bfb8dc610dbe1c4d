"""What a person is pointed to when the programme is over: near, suitable, in date, and never an offer for sale."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

LONGEST_LIST = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalService:
    """One entry of the directory. No outward codes: everywhere; no joints: for all. From `expires_on` it isn't shown.

    `access` names what is there for people who need it, such as `step_free`.
    """

    code: str
    title: str
    url: str | None
    outward_codes: tuple[str, ...] = ()
    joints: tuple[str, ...] = ()
    expires_on: date
    is_price_offer: bool = False
    access: tuple[str, ...] = ()


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


def nearness(service: LocalService, *, outward_code: str | None) -> int | None:
    """How closely a service's area fits an outward code: the longest prefix that matches, 0 for everywhere, None for elsewhere.

    A prefix ends where the digits of a district end: `SW1` is not part of `SW18`, `SW` is.
    """
    if not service.outward_codes:
        return 0
    code = (outward_code or "").upper()
    fits = (len(prefix) for prefix in service.outward_codes if code == prefix or _is_area_of(prefix, code))
    return max(fits, default=None)


def _is_area_of(prefix: str, code: str) -> bool:
    rest = code.removeprefix(prefix)
    return rest != code and (prefix.isalpha() and rest[:1].isdigit())


def is_accessible(service: LocalService, *, needs: Sequence[str]) -> bool:
    """Whether somebody with these needs can go there: a place must name each of them; what is everywhere has no door."""
    return not service.outward_codes or set(needs) <= set(service.access)


def signposts_for(
    *,
    directory: Iterable[LocalService],
    outward_code: str | None,
    joints: Sequence[str],
    today: date,
    access_needs: Sequence[str] = (),
) -> tuple[Signpost, ...]:
    """At most four services, nearest first, in the directory's order where equally near.

    Price offers are marketing and always left out; signposts are care, and no opt-out of marketing stops them.
    """
    near = [
        (distance, service)
        for service in directory
        if not service.is_price_offer
        and service.expires_on > today
        and is_accessible(service, needs=access_needs)
        and (not service.joints or set(service.joints) & set(joints))
        and (distance := nearness(service, outward_code=outward_code)) is not None
    ]
    near.sort(key=lambda found: -found[0])
    return tuple(Signpost(code=s.code, title=s.title, url=s.url) for _, s in near[:LONGEST_LIST])
