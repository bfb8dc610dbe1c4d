"""How far it is between two outward codes, as the crow flies: good for "near by", not for finding the way."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import asin, cos, radians, sin, sqrt

EARTH_RADIUS_KM = 6371.0
NEAR_KM = 12.0


@dataclass(frozen=True, slots=True)
class Position:
    """Degrees (WGS 84)."""

    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class Places:
    """Where outward codes are. What is near one is worked out once and remembered."""

    positions: Mapping[str, Position]
    _known: dict[str, Mapping[str, float]] = field(default_factory=dict, repr=False, compare=False)

    def near(self, outward_code: str | None) -> Mapping[str, float]:
        """The km to every outward code within `NEAR_KM`, the code itself among them; of an unknown code itself alone."""
        code = (outward_code or "").upper()
        if not code:
            return {}
        if code not in self._known:
            here = self.positions.get(code)
            every = {} if here is None else {other: km_between(here, there) for other, there in self.positions.items()}
            self._known[code] = {other: km for other, km in every.items() if km <= NEAR_KM} | {code: 0.0}
        return self._known[code]

    def nearest(self, position: Position) -> str | None:
        """The outward code whose mean position is nearest, if one is near."""
        km, code = min(((km_between(position, there), code) for code, there in self.positions.items()), default=(NEAR_KM + 1, ""))
        return code if km <= NEAR_KM else None


def area_of(outward_code: str) -> str:
    """The letters at its beginning: `SW` of `SW18`."""
    digits = [place for place, letter in enumerate(outward_code) if letter.isdigit()]
    return outward_code[: digits[0]] if digits else outward_code


def km_between(one: Position, other: Position) -> float:
    """The great-circle distance in km."""
    north, east = radians(other.latitude - one.latitude), radians(other.longitude - one.longitude)
    half = sin(north / 2) ** 2 + cos(radians(one.latitude)) * cos(radians(other.latitude)) * sin(east / 2) ** 2
    return 2 * EARTH_RADIUS_KM * asin(sqrt(min(1.0, half)))
