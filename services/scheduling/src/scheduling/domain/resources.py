"""The resource pack: what training for a programme opens, each thing in versions."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import urlsplit
from uuid import UUID

from scheduling.domain.broken_rule import BrokenRuleError
from scheduling.domain.facilitators import Facilitator
from scheduling.domain.programmes import Programme


class UnknownResourceError(LookupError):
    """There is no such resource."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """One version of a link or a file."""

    resource_id: UUID
    version: int
    programme: str
    title: str
    url: str | None
    file_name: str | None
    content_type: str | None
    added_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceView:
    """Who opened a version, how often, and when last."""

    resource_id: UUID
    version: int
    name: str
    viewed_at: datetime
    times: int


def checked_resource(resource: Resource, *, programmes: Mapping[str, Programme]) -> Resource:
    """Return the resource if its entries keep the rules. Raises BrokenRuleError."""
    if resource.programme not in programmes:
        raise BrokenRuleError("programme", f"programme must be among {', '.join(sorted(programmes))}.")
    if not resource.title.strip():
        raise BrokenRuleError("title", "title must not be empty.")
    if resource.url is not None and urlsplit(resource.url).scheme != "https":
        raise BrokenRuleError("url", "url must begin with https://.")
    return resource


def opened_to(facilitator: Facilitator | None, *, today: date) -> frozenset[str]:
    """The programmes whose resource packs somebody's credentials open today."""
    if facilitator is None:
        return frozenset()
    return frozenset(code for one in facilitator.credentials if one.holds(first=today, last=today) for code in one.programmes)
