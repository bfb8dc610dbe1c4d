"""What a use case changed, for others to hear."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias
from uuid import UUID

from scheduling.domain.allocation import LockedCohort
from scheduling.domain.cohorts import Cohort, Span
from scheduling.domain.places import Place
from scheduling.domain.sites import Site

PlaceChange: TypeAlias = tuple[Place, Span | None]
SiteChange: TypeAlias = tuple[Site, datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """Sites with the time of their change, cohorts, and places with the dates of their cohort, told of in this order."""

    sites: tuple[SiteChange, ...] = ()
    cohorts: tuple[Cohort, ...] = ()
    places: tuple[PlaceChange, ...] = ()


def with_spans(places: Iterable[Place], cohorts: Mapping[UUID, LockedCohort]) -> list[PlaceChange]:
    """Put the dates of its cohort beside each place."""
    return [(place, cohorts[place.cohort_id].span if place.cohort_id else None) for place in places]
