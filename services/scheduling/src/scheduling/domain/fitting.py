"""Which cohorts a person could go to, and which of them is best: the nearest site first, then their language, then the earliest.

Somebody who asked for a site is held to it. Otherwise a site may be as far as the programme allows, by the outward codes of both;
where either isn't known it must be in the same postcode area; somebody of whom neither site nor home is known fits anywhere.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from scheduling.domain.distance import Map, postcode_area
from scheduling.domain.waiting_reasons import (
    ACCESS_NEEDS_NOT_MET,
    CLOSE_ATTENTION_FULL,
    COHORTS_FULL,
    NO_COHORT_AT_SITE,
    NO_COHORT_AT_TIMES,
    NO_OPEN_COHORT,
    OFFERS_REFUSED,
)
from scheduling.domain.week import ANY_TIME

# Cohorts in this language are for everybody; others are for those who asked for theirs.
EVERYBODYS_LANGUAGE = "en"


@dataclass(frozen=True, slots=True, kw_only=True)
class Seeker:
    """What matters about a person when a place is looked for. `available` are times of the week as bits, see domain/week.py."""

    programme: str
    preferred_site: str | None = None
    outward_code: str | None = None
    close_attention: bool = False
    available: int = ANY_TIME
    access_needs: frozenset[str] = frozenset()
    language: str = EVERYBODYS_LANGUAGE
    employer: str | None = None

    def without_flag(self) -> "Seeker":
        """The same wishes of somebody who doesn't need close attention: what fits by all but that."""
        return replace(self, close_attention=False) if self.close_attention else self


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenCohort:
    """A cohort that takes people: where and when it is, for whom, and how much of it is taken. `outward_code` is its site's.

    `times` are the times of the week of its sessions as bits. `flagged` people may be more than the limit: a flag that was raised
    after placing is always recorded. A cohort with an `employer` is for those who work there.
    """

    cohort_id: UUID
    programme: str
    site_id: str
    outward_code: str
    first_session_at: datetime
    capacity: int
    seats_taken: int
    close_attention_limit: int
    flagged: int
    times: int = 0
    access_features: frozenset[str] = frozenset()
    language: str = EVERYBODYS_LANGUAGE
    employer: str | None = None

    @property
    def free(self) -> int:
        """How many seats are left."""
        return self.capacity - self.seats_taken

    @property
    def free_close_attention(self) -> int:
        """How many people who need close attention can be taken besides; never less than 0."""
        return max(0, min(self.free, self.close_attention_limit - self.flagged))


@dataclass(frozen=True, slots=True)
class Reach:
    """How far people are sent, by programme (km), and the map that says how far it is."""

    map: Map
    farthest_km: Callable[[str], int]

    def km(self, seeker: Seeker, cohort: OpenCohort) -> float | None:
        """How far the person would travel; None where that can't be said."""
        return self.map.km(seeker.outward_code, cohort.outward_code)

    def includes(self, seeker: Seeker, cohort: OpenCohort) -> bool:
        """Whether the cohort is where the person asked to go or, without a wish, near enough."""
        if seeker.preferred_site:
            return cohort.site_id == seeker.preferred_site
        if not seeker.outward_code:
            return True
        km = self.km(seeker, cohort)
        if km is None:
            return postcode_area(seeker.outward_code) == postcode_area(cohort.outward_code)
        return km <= self.farthest_km(seeker.programme)


def fits(seeker: Seeker, cohort: OpenCohort, *, reach: Reach) -> bool:
    """Whether the person could go there, if there were a seat."""
    return (
        seeker.programme == cohort.programme
        and _is_for(seeker, cohort)
        and not cohort.times & ~seeker.available
        and seeker.access_needs <= cohort.access_features
        and reach.includes(seeker, cohort)
    )


def preference(seeker: Seeker, cohort: OpenCohort, *, reach: Reach) -> tuple[bool, float, bool, datetime, str, UUID]:
    """What sorts the cohorts that fit a person: their employer's own first, the nearest, their language, the earliest.

    Between equal ones the site's code decides, then the cohort's id.
    """
    km = reach.km(seeker, cohort)
    return (
        cohort.employer is None and seeker.employer is not None,
        round(km, 1) if km is not None else float(reach.farthest_km(seeker.programme)),
        cohort.language != seeker.language,
        cohort.first_session_at,
        cohort.site_id,
        cohort.cohort_id,
    )


def waiting_reason(seeker: Seeker, *, cohorts: Iterable[OpenCohort], refused: frozenset[UUID] = frozenset(), reach: Reach) -> str:
    """Why somebody has no place: the last of the wishes and limits that leaves none of the open cohorts, full ones included.

    `refused` are the cohorts that were offered to them in vain.
    """
    left = [one for one in cohorts if one.programme == seeker.programme and _is_for(seeker, one)]
    for reason, keep in (
        (NO_OPEN_COHORT, lambda _: True),
        (NO_COHORT_AT_SITE, lambda one: reach.includes(seeker, one)),
        (ACCESS_NEEDS_NOT_MET, lambda one: seeker.access_needs <= one.access_features),
        (NO_COHORT_AT_TIMES, lambda one: not one.times & ~seeker.available),
        (OFFERS_REFUSED, lambda one: one.cohort_id not in refused),
        (COHORTS_FULL, lambda one: one.free > 0),
    ):
        left = [one for one in left if keep(one)]
        if not left:
            return reason
    return CLOSE_ATTENTION_FULL if seeker.close_attention else COHORTS_FULL


def _is_for(seeker: Seeker, cohort: OpenCohort) -> bool:
    if cohort.employer is not None and cohort.employer != seeker.employer:
        return False
    return cohort.language in (EVERYBODYS_LANGUAGE, seeker.language)
