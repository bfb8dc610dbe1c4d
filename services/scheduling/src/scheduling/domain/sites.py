"""A site, and what must be known about it before a cohort can be there."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from scheduling.domain.broken_rule import BrokenRuleError

LARGEST_ROOM = 500
_SITE_ID = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?")
_OUTWARD_CODE = re.compile(r"[A-Z]{1,2}[0-9][A-Z0-9]?")


class UnknownSiteError(LookupError):
    """There is no such site."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """Where sessions take place. `division` names the bank holidays; `closed_on` are days on which the site itself is closed."""

    site_id: str
    name: str
    outward_code: str
    division: str
    room_capacity: int
    closed_on: tuple[date, ...] = ()


def checked_site(site: Site, *, divisions: Collection[str]) -> Site:
    """Return the site if it keeps the rules. Raises BrokenRuleError."""
    if not _SITE_ID.fullmatch(site.site_id):
        raise BrokenRuleError("site_id", "site_id must be lower-case letters, digits and hyphens, at most 64.")
    if not site.name.strip():
        raise BrokenRuleError("name", "name must not be empty.")
    if not _OUTWARD_CODE.fullmatch(site.outward_code):
        raise BrokenRuleError("outward_code", "outward_code must be the first half of a postcode, such as NE1.")
    if site.division not in divisions:
        raise BrokenRuleError("division", f"division must be among {', '.join(sorted(divisions))}.")
    if not 1 <= site.room_capacity <= LARGEST_ROOM:
        raise BrokenRuleError("room_capacity", f"room_capacity must be between 1 and {LARGEST_ROOM}.")
    return site
