"""Everything that anybody did to a person, put together from the trails of all services."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from enrolment.domain.audit import Actor, Entry
from enrolment.use_cases.export_person import Others

# How rows say who did something to them, and when: a column `…_by` (or `…_by_name`) and the time beside it.
_BY = re.compile(r"(?P<stem>\w+)_by(?P<name>_name)?")
_TIMES = ("{stem}_at", "taken_up_at", "closed_at", "changed_at")
# When something is to be answered by, which is nobody.
_NOBODY = frozenset({"answer"})
# What services call somebody who did it themselves, by their link or by text.
_ONESELF = frozenset({"participant", "person", "link", "text"})
OWN = "enrolment"


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """One deed as a service keeps it. `about` is an id of that service's; `details` have no name, number or words in them."""

    at: datetime
    service: str
    actor: Actor
    deed: str
    about: str | None = None
    details: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Deeds:
    """All deeds, the oldest first, and the services that didn't answer."""

    deeds: Sequence[Deed]
    missing: Sequence[str]


async def gather_deeds(
    ids: Sequence[UUID], *, own: Sequence[Entry], others: Others, staff: Mapping[str, tuple[str, str]]
) -> Deeds:
    """Put together this service's entries and what the others' rows say of who did what. `staff` are (name, role) by id."""
    found = [_own(entry) for entry in own]
    answers = await others(ids)
    for service, tables in answers.items():
        found += deeds_in(service, tables or {}, staff=staff)
    found.sort(key=lambda each: each.at)
    return Deeds(deeds=found, missing=[name for name, tables in answers.items() if tables is None])


def deeds_in(service: str, tables: Mapping[str, Any], *, staff: Mapping[str, tuple[str, str]]) -> Iterator[Deed]:
    """Yield what the rows of a service, by table, say of who did something and when."""
    for table, rows in tables.items():
        for row in rows:
            for stem, who in _doers(row).items():
                at = next((row[name] for each in _TIMES if row.get(name := each.format(stem=stem))), None)
                if at is not None:
                    yield Deed(
                        at=datetime.fromisoformat(at),
                        service=service,
                        actor=_actor(who, service, staff),
                        deed=f"{stem}_{table}",
                        about=next((str(value) for name, value in row.items() if name.endswith("_id") or name == "id"), None),
                        details={name: row[name] for name in ("kind", "status", "time_point") if row.get(name)},
                    )


def _doers(row: Mapping[str, Any]) -> dict[str, str]:
    """Return who did what to a row, by the deed; a name counts more than an id."""
    found: dict[str, str] = {}
    for column in sorted(row):
        match = _BY.fullmatch(column)
        if match and isinstance(row[column], str) and match["stem"] not in _NOBODY:
            found[match["stem"]] = row[column]
    return found


def _actor(who: str, service: str, staff: Mapping[str, tuple[str, str]]) -> Actor:
    if who in _ONESELF:
        return Actor(kind="person", name="the person")
    if who == service:
        return Actor(kind="system", name=service)
    name, role = staff.get(who, (who, None))
    return Actor(kind="staff", name=name, role=role)


def _own(entry: Entry) -> Deed:
    return Deed(at=entry.at, service=OWN, actor=entry.actor, deed=entry.deed, about=entry.about, details=entry.details)
