"""What a use case changed, for others to hear."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias
from uuid import UUID

from scheduling.domain.cohorts import Cohort, Span
from scheduling.domain.places import Place

PlaceChange: TypeAlias = tuple[Place, Span | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """Cohorts, and places with the dates of their cohort. Cohorts are told of first."""

    cohorts: tuple[Cohort, ...] = ()
    places: tuple[PlaceChange, ...] = ()


def with_spans(places: Iterable[Place], spans: Mapping[UUID, Span]) -> list[PlaceChange]:
    """Put the dates of its cohort beside each place."""
    return [(place, spans[place.cohort_id] if place.cohort_id else None) for place in places]
