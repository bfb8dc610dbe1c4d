"""A site, as scheduling tells it: what people want to know before they set out."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """`sequence` is its version; access features are codes, of which some may not be known here."""

    id: str
    sequence: int
    address: str | None
    what_to_bring: str | None
    parking: str | None
    access_features: tuple[str, ...]
