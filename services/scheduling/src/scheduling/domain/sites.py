"""A site: where it is, its rooms and hours, and what must be done before it takes cohorts."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from uuid import UUID

from scheduling.domain.broken_rule import BrokenRuleError
from scheduling.domain.session_dates import LONDON, WEEKDAYS

LARGEST_ROOM = 500
_SITE_ID = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?")
_OUTWARD_CODE = re.compile(r"[A-Z]{1,2}[0-9][A-Z0-9]?")
_CODE = re.compile(r"[a-z0-9]+(?:[_-][a-z0-9]+)*")

KINDS = ("clinic", "leisure_centre", "community", "workplace")

PLANNED = "planned"
IN_TRAINING = "in_training"
LIVE = "live"
PAUSED = "paused"
STATUSES = (PLANNED, IN_TRAINING, LIVE, PAUSED)

# What must be there before a site goes live, in the order in which it is usually done.
CHECKLIST = (
    "lead",
    "venue",
    "equipment",
    "cover",
    "emergency_procedure",
    "referral_route",
    "data_agreement",
    "dates",
)


class UnknownSiteError(LookupError):
    """There is no such site."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """A room and how many people it takes. Its name is unique at its site."""

    room_id: UUID
    name: str
    capacity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """From when to when a site is open on a weekday, local wall clock time."""

    opens: time
    closes: time


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """Where sessions take place. `sequence` counts the changes.

    `division` names the bank holidays; `closed_on` are days on which the site itself is closed. `opening_hours` go by weekday
    (mon, tue and so on), a day that isn't there is closed; none at all means that they aren't known. `checklist` says when
    each item was done. `employer` is the organisation whose people alone come to a workplace.
    """

    site_id: str
    name: str
    outward_code: str
    division: str
    rooms: tuple[Room, ...]
    sequence: int = 0
    kind: str = "community"
    status: str = PLANNED
    closed_on: tuple[date, ...] = ()
    address: str | None = None
    employer: str | None = None
    opening_hours: Mapping[str, tuple[Hours, ...]] = field(default_factory=dict)
    access_features: tuple[str, ...] = ()
    what_to_bring: str | None = None
    parking: str | None = None
    checklist: Mapping[str, date] = field(default_factory=dict)

    @property
    def largest_room(self) -> int:
        """How many people the largest room takes."""
        return max(room.capacity for room in self.rooms)

    @property
    def not_done(self) -> tuple[str, ...]:
        """The items of the check-list that are still to do."""
        return tuple(item for item in CHECKLIST if item not in self.checklist)

    def refuse_unless_live(self) -> None:
        """Raise BrokenRuleError if the site takes no cohorts."""
        if self.status != LIVE:
            raise BrokenRuleError("site_id", f"site_id must be a live site: {self.name} is {self.status.replace('_', ' ')}.")

    def refuse_outside_hours(self, sessions: Sequence[tuple[datetime, datetime]]) -> None:
        """Raise BrokenRuleError if one of these sessions (UTC instants) isn't within the opening hours, where they are known."""
        if not self.opening_hours:
            return
        for starts_at, ends_at in sessions:
            begins, ends = starts_at.astimezone(LONDON), ends_at.astimezone(LONDON)
            hours = self.opening_hours.get(WEEKDAYS[begins.weekday()], ())
            if not any(one.opens <= begins.time() and ends.time() <= one.closes for one in hours):
                when = f"{begins:%a} {begins.day} {begins:%B}, {begins:%H:%M} to {ends:%H:%M}"
                raise BrokenRuleError("starts_at", f"starts_at must be within the site's opening hours: {when} is not.")

    def with_done(self, item: str, *, on: date | None) -> "Site":
        """The site with an item of the check-list done on a day, or with None not done. Raises BrokenRuleError.

        A live site keeps its check-list complete.
        """
        if item not in CHECKLIST:
            raise BrokenRuleError("item", f"item must be among {', '.join(CHECKLIST)}.")
        checklist = {name: day for name, day in self.checklist.items() if name != item}
        if on is not None:
            checklist[item] = on
        changed = replace(self, checklist=checklist)
        if self.status == LIVE:
            changed.refuse_unfinished_checklist()
        return changed

    def refuse_unfinished_checklist(self) -> None:
        """Raise BrokenRuleError if the site can't be live yet."""
        if self.not_done:
            missing = ", ".join(self.not_done)
            raise BrokenRuleError("status", f"status must not be live before the whole check-list is done: {missing} is not.")


def checked_site(site: Site, *, divisions: Collection[str]) -> Site:
    """Return the site if it keeps the rules. Raises BrokenRuleError."""
    if not _SITE_ID.fullmatch(site.site_id):
        raise BrokenRuleError("site_id", "site_id must be lower-case letters, digits and hyphens, at most 64.")
    if not site.name.strip():
        raise BrokenRuleError("name", "name must not be empty.")
    if not _OUTWARD_CODE.fullmatch(site.outward_code):
        raise BrokenRuleError("outward_code", "outward_code must be the first half of a postcode, such as NE1.")
    _refuse_other("division", site.division, sorted(divisions))
    _refuse_other("kind", site.kind, KINDS)
    _refuse_other("status", site.status, STATUSES)
    _refuse_rooms(site.rooms)
    _refuse_hours(site.opening_hours)
    if (site.kind == "workplace") != (site.employer is not None):
        raise BrokenRuleError("employer", "employer must be given for a workplace, and for no other kind of site.")
    for name in site.access_features:
        if not _CODE.fullmatch(name):
            raise BrokenRuleError("access_features", "access_features must be codes such as step_free or hearing_loop.")
    for item in site.checklist:
        _refuse_other("checklist", item, CHECKLIST)
    if site.status == LIVE:
        site.refuse_unfinished_checklist()
    return site


def _refuse_other(name: str, value: str, known: Sequence[str]) -> None:
    if value not in known:
        raise BrokenRuleError(name, f"{name} must be among {', '.join(known)}.")


def _refuse_rooms(rooms: Sequence[Room]) -> None:
    if not rooms:
        raise BrokenRuleError("rooms", "rooms must not be empty.")
    for room in rooms:
        if not room.name.strip():
            raise BrokenRuleError("rooms.name", "name of a room must not be empty.")
        if not 1 <= room.capacity <= LARGEST_ROOM:
            raise BrokenRuleError("rooms.capacity", f"capacity of a room must be between 1 and {LARGEST_ROOM}.")
    if len({room.name for room in rooms}) != len(rooms):
        raise BrokenRuleError("rooms.name", "name of a room must be unique at its site.")


def _refuse_hours(hours: Mapping[str, Sequence[Hours]]) -> None:
    for weekday, of_day in hours.items():
        _refuse_other("opening_hours", weekday, WEEKDAYS)
        for one in of_day:
            if one.opens >= one.closes:
                raise BrokenRuleError("opening_hours", f"opening_hours must open before they close: on {weekday} they don't.")
