"""The path of a referral, or of any event, through the services: what each told, when, because of what, and who took it when."""

import asyncio
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import asyncpg

from limber_embedded.checkout import SERVICES
from limber_embedded.home import Home

_TOLD = (
    "SELECT id::text, type, aggregate, sequence, created_at, published_at, coalesce(correlation_id, id::text) AS correlation,"
    " causation_id FROM outbox WHERE coalesce(correlation_id, id::text) = ANY($1) ORDER BY position"
)
_CORRELATIONS = (
    "SELECT DISTINCT coalesce(correlation_id, id::text) AS correlation FROM outbox"
    " WHERE id::text = $1 OR correlation_id = $1 OR causation_id = $1 OR $1 = ANY(string_to_array(aggregate, ' '))"
)
_TAKEN = "SELECT consumer, event_id, received_at FROM inbox WHERE event_id = ANY($1)"
_HELD = "SELECT consumer, event_id, held_since, state, reason FROM held WHERE event_id = ANY($1)"
_ID = re.compile(r"[A-Za-z0-9._:-]{1,100}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A service took an event, or holds it: then `why` says so."""

    service: str
    consumer: str
    at: datetime
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """An event of the path. One from outside has no service, type or times of ours."""

    id: str
    service: str | None
    type: str | None
    aggregate: str | None
    created_at: datetime | None
    published_at: datetime | None
    because_of: str | None
    taken: Sequence[Taken]


@dataclass(frozen=True, slots=True, kw_only=True)
class Path:
    """All that came of one correlation id, in the order of time; `begins_with` are the events that nothing here caused."""

    correlation_id: str
    steps: Sequence[Step] = field(default_factory=tuple)

    @property
    def begins_with(self) -> list[Step]:
        known = {step.id for step in self.steps}
        return [step for step in self.steps if step.because_of not in known]

    def caused_by(self, step: Step) -> list[Step]:
        """What that event led to directly."""
        return [other for other in self.steps if other.because_of == step.id]


async def paths_of(home: Home, identity: str) -> list[Path]:
    """The paths that an id is on: a correlation id, an event's, or that of a person, a cohort or whatever events are about.

    Every service's database is asked; none of them is changed. Empty when no service knows the id.
    """
    if not _ID.fullmatch(identity):
        return []
    connections = dict(zip(SERVICES, await asyncio.gather(*(asyncpg.connect(home.dsn(name)) for name in SERVICES)), strict=True))
    try:
        found = await _each(connections, _CORRELATIONS, identity)
        correlations = sorted({row["correlation"] for rows in found.values() for row in rows})
        told = await _each(connections, _TOLD, correlations)
        # The event from outside, with which a path begins, is in no outbox.
        events = sorted({row["id"] for rows in told.values() for row in rows} | set(correlations))
        taken = _taken(await _each(connections, _TAKEN, events), await _each(connections, _HELD, events))
    finally:
        await asyncio.gather(*(connection.close() for connection in connections.values()))
    return sorted((_path(correlation, told, taken) for correlation in correlations), key=_begins_at)


def _path(correlation: str, told: Mapping[str, Iterable[asyncpg.Record]], taken: Mapping[str, Sequence[Taken]]) -> Path:
    steps = [
        Step(
            id=row["id"],
            service=service,
            type=row["type"],
            aggregate=row["aggregate"],
            created_at=row["created_at"],
            published_at=row["published_at"],
            because_of=row["causation_id"],
            taken=taken.get(row["id"], ()),
        )
        for service, rows in told.items()
        for row in rows
        if row["correlation"] == correlation
    ]
    steps.sort(key=lambda step: (step.created_at, step.id))
    if correlation not in {step.id for step in steps}:
        outside = Step(
            id=correlation,
            service=None,
            type=None,
            aggregate=None,
            created_at=None,
            published_at=None,
            because_of=None,
            taken=taken.get(correlation, ()),
        )
        steps.insert(0, outside)
    return Path(correlation_id=correlation, steps=tuple(steps))


def _taken(
    inboxes: Mapping[str, Iterable[asyncpg.Record]], helds: Mapping[str, Iterable[asyncpg.Record]]
) -> dict[str, tuple[Taken, ...]]:
    held = {(service, row["consumer"], row["event_id"]): row for service, rows in helds.items() for row in rows}
    found: dict[str, list[Taken]] = {}
    for service, rows in inboxes.items():
        for row in rows:
            waits = held.get((service, row["consumer"], row["event_id"]))
            why = "" if waits is None else f"{waits['state'].replace('_', ' ')}: {waits['reason']}"
            one = Taken(service=service, consumer=row["consumer"], at=row["received_at"], why=why)
            found.setdefault(row["event_id"], []).append(one)
    return {event: tuple(sorted(ones, key=lambda one: (one.at, one.service, one.consumer))) for event, ones in found.items()}


def _begins_at(path: Path) -> tuple[datetime, str]:
    times = [time for step in path.steps for time in (step.created_at, *(one.at for one in step.taken)) if time is not None]
    return min(times), path.correlation_id


async def _each(connections: Mapping[str, asyncpg.Connection], query: str, argument: object) -> dict[str, list[asyncpg.Record]]:
    rows = await asyncio.gather(*(connection.fetch(query, argument) for connection in connections.values()))
    return dict(zip(connections, rows, strict=True))
