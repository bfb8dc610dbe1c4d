"""OpenActive: a page of an RPDE feed, read into entries of the directory."""

import hashlib
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from typing import Any
from urllib.parse import urljoin

from outcomes.domain.directory_entries import LONGEST_TITLE, is_web_address
from outcomes.domain.feeds import Item, Page
from outcomes.domain.nearness import Places, Position
from outcomes.domain.signposting import LocalService

# What repeats, or is a course: a single session is of no use to somebody who reads of it a week later.
KINDS = frozenset({"SessionSeries", "EventSeries", "CourseInstance", "Event", "HeadlineEvent", "OnDemandEvent"})
NO_END = date(9999, 12, 31)
# Who is signposted is at least as old as the programme's people: an activity for younger people only is not for them.
LEAST_AGE = 45
_POSTCODE = re.compile(r"\b([A-Z]{1,2}\d[A-Z\d]?)\s*\d[A-Z]{2}\b")
_TAG = re.compile(r"<[^>]*>")


class WrongPageError(ValueError):
    """The page is not RPDE."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """The interest that each activity is, by the id of its concept, and the access codes of publishers' labels."""

    activities: Mapping[str, str]
    access: Mapping[str, Sequence[str]]


def read_vocabulary() -> Vocabulary:
    """The shipped vocabulary, `data/openactive.toml`."""
    table = tomllib.loads((files("outcomes") / "data" / "openactive.toml").read_text(encoding="utf-8"))
    return Vocabulary(
        activities={concept: interest for concept, (interest, _) in table["activities"].items()},
        access={label.casefold(): codes for label, codes in table["access"].items()},
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Reads pages; `places` tells in which outward code a position is that comes without a postcode."""

    vocabulary: Vocabulary
    places: Places

    def page(self, body: object, *, feed: str, url: str) -> Page:
        """A page of a feed, from its JSON; WrongPageError where it is not RPDE."""
        if not isinstance(body, dict) or not isinstance(body.get("items"), list) or not isinstance(body.get("next"), str):
            raise WrongPageError
        return Page(items=tuple(self._items(body["items"], feed=feed)), next_url=urljoin(url, body["next"]))

    def _items(self, items: Sequence[Any], *, feed: str) -> Iterable[Item]:
        newest: dict[str, Item] = {}
        for item in items:
            # The id is a string or a number, and may be so long that it is no key.
            if not isinstance(item, dict) or not isinstance(item.get("id"), str | int):
                continue
            name = hashlib.sha256(f"{item.get('kind')}\n{item['id']}".encode()).hexdigest()[:32]
            data = item.get("data") if item.get("state") == "updated" else None
            service = self._service(data, code=_code(feed, name)) if isinstance(data, dict) else None
            newest[name] = Item(item=name, service=service)
        return newest.values()

    def _service(self, own: Mapping[str, Any], *, code: str) -> LocalService | None:
        series = own.get("superEvent")
        data = {**series, **own} if isinstance(series, dict) else dict(own)
        if _kind(own) not in KINDS or not _goes_on(data) or not _is_for_everybody_here(data):
            return None
        interests = tuple(dict.fromkeys(self._interests(data)))
        title, url = _title(data), data.get("url")
        is_online = _kind(own) == "OnDemandEvent" or _ends_with(data.get("eventAttendanceMode"), "OnlineEventAttendanceMode")
        outward = None if is_online else self._outward_code(data.get("location"))
        if not interests or not title or (outward is None and not is_online):
            return None
        return LocalService(
            code=code,
            title=title,
            url=url if isinstance(url, str) and is_web_address(url) else None,
            outward_codes=() if outward is None else (outward,),
            expires_on=_end(data),
            access=tuple(dict.fromkeys(self._access(data))),
            interests=interests,
        )

    def _interests(self, data: Mapping[str, Any]) -> Iterable[str]:
        for activity in _list(data.get("activity")):
            concept = activity.get("@id", activity.get("id")) if isinstance(activity, dict) else activity
            found = self.vocabulary.activities.get(str(concept).rpartition("#")[2])
            if found is not None:
                yield found

    def _access(self, data: Mapping[str, Any]) -> Iterable[str]:
        for support in _list(data.get("accessibilitySupport")):
            label = support.get("prefLabel") if isinstance(support, dict) else support
            yield from self.vocabulary.access.get(str(label).strip().casefold(), ())

    def _outward_code(self, location: object) -> str | None:
        if not isinstance(location, dict):
            return None
        address = location.get("address")
        written = address.get("postalCode") if isinstance(address, dict) else address
        if isinstance(written, str) and (found := _POSTCODE.search(written.upper())):
            return found[1]
        geo = location.get("geo")
        if not isinstance(geo, dict):
            return None
        try:
            return self.places.nearest(Position(float(geo["latitude"]), float(geo["longitude"])))
        except (KeyError, TypeError, ValueError):
            return None


def _code(feed: str, name: str) -> str:
    return f"oa-{hashlib.sha256(f'{feed} {name}'.encode()).hexdigest()[:20]}"


def _kind(data: Mapping[str, Any]) -> str:
    return str(data.get("@type", data.get("type", ""))).rpartition("/")[2]


def _goes_on(data: Mapping[str, Any]) -> bool:
    return not any(_ends_with(data.get("eventStatus"), end) for end in ("EventCancelled", "EventPostponed"))


def _is_for_everybody_here(data: Mapping[str, Any]) -> bool:
    ages = data.get("ageRange", data.get("ageRestriction"))
    most = ages.get("maxValue") if isinstance(ages, dict) else None
    if isinstance(most, int | float) and 0 < most < LEAST_AGE:
        return False
    # Nobody's gender is known here, so whether it would suit them isn't either.
    if any(_ends_with(data.get("genderRestriction"), end) for end in ("FemaleOnly", "MaleOnly")):
        return False
    levels = {str(level).casefold() for level in _list(data.get("level"))}
    return levels != {"advanced"}


def _title(data: Mapping[str, Any]) -> str:
    location = data.get("location")
    where = location.get("name") if isinstance(location, dict) else None
    parts = [_plain(part) for part in (data.get("name"), where) if isinstance(part, str)]
    return ", ".join(part for part in parts if part)[:LONGEST_TITLE]


def _plain(text: str) -> str:
    return " ".join(_TAG.sub(" ", text).split())


def _end(data: Mapping[str, Any]) -> date:
    """The first day on which it is over."""
    schedules = [one for one in _list(data.get("eventSchedule")) if isinstance(one, dict)]
    written = [data.get("endDate"), *(one.get("endDate") for one in schedules)]
    ends = [found for text in written if (found := _date(text)) is not None]
    return max(ends, default=NO_END)


def _date(text: object) -> date | None:
    try:
        return date.fromisoformat(str(text)[:10])
    except ValueError:
        return None


def _ends_with(value: object, end: str) -> bool:
    return isinstance(value, str) and value.endswith(end)


def _list(value: object) -> Sequence[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]
