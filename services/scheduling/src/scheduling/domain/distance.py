"""How far it is from where somebody lives to a site, by both outward codes. Good for "nearest", not for finding the way."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import asin, cos, radians, sin, sqrt

EARTH_RADIUS_KM = 6371.0
KM_OF_A_DEGREE = 111.2
# Beyond this a box of degrees would be wrong; nowhere in the United Kingdom is.
_LEAST_COSINE = 0.1

_LETTERS_AT_THE_BEGINNING = re.compile(r"[A-Za-z]+")


@dataclass(frozen=True, slots=True)
class Position:
    """Degrees (WGS 84)."""

    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class Box:
    """Everything within a distance of a position lies between these degrees, and a little beside it."""

    south: float
    north: float
    west: float
    east: float


@dataclass(frozen=True, slots=True)
class Map:
    """Where outward codes are. Distances that were asked for are remembered."""

    positions: Mapping[str, Position]
    _known: dict[tuple[str, str], float | None] = field(default_factory=dict, repr=False, compare=False)

    def position(self, outward_code: str | None) -> Position | None:
        """Where an outward code is, if that is known."""
        return self.positions.get((outward_code or "").upper())

    def km(self, one: str | None, other: str | None) -> float | None:
        """The distance in km, as the crow flies; None where either isn't known."""
        key = (one or "", other or "")
        if key not in self._known:
            here, there = self.position(one), self.position(other)
            self._known[key] = None if here is None or there is None else km_between(here, there)
        return self._known[key]

    def box_around(self, outward_code: str | None, *, km: float) -> Box | None:
        """A box that holds everything within `km`; None where the outward code isn't known."""
        here = self.position(outward_code)
        if here is None:
            return None
        high = km / KM_OF_A_DEGREE
        wide = high / max(_LEAST_COSINE, cos(radians(abs(here.latitude) + high)))
        return Box(here.latitude - high, here.latitude + high, here.longitude - wide, here.longitude + wide)


def km_between(one: Position, other: Position) -> float:
    """The great-circle distance in km."""
    north, east = radians(other.latitude - one.latitude), radians(other.longitude - one.longitude)
    half = sin(north / 2) ** 2 + cos(radians(one.latitude)) * cos(radians(other.latitude)) * sin(east / 2) ** 2
    return 2 * EARTH_RADIUS_KM * asin(sqrt(min(1.0, half)))


def postcode_area(outward_code: str | None) -> str | None:
    """Return the letters before the first digit ("LS" of "LS1"), or None if there are none."""
    letters = _LETTERS_AT_THE_BEGINNING.match(outward_code or "")
    return letters.group().upper() if letters else None
