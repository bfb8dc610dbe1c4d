"""Somebody wants to see all that is kept of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from enrolment.domain.audit import Actor, Entry
from enrolment.use_cases.people_store import NoSuchPersonError


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """What each service keeps, by table; None for a service that didn't answer."""

    participant_id: UUID
    exported_at: datetime
    services: Mapping[str, Mapping[str, Any] | None]

    @property
    def missing(self) -> tuple[str, ...]:
        """The services that didn't answer."""
        return tuple(name for name, found in self.services.items() if found is None)


class ExportStore(Protocol):
    """What an export needs of this service's database."""

    async def family(self, participant_id: UUID) -> list[UUID]:
        """Return the person, whoever they are now, and whoever was merged with them; nobody if there is no such person."""

    async def own_rows(self, ids: Sequence[UUID]) -> Mapping[str, Any]:
        """Return this service's rows about them."""

    async def write_down(self, entry: Entry) -> None:
        """Add to the audit."""


class Others(Protocol):
    """The other services, asked one by one and without a stream."""

    async def __call__(self, ids: Sequence[UUID]) -> Mapping[str, Mapping[str, Any] | None]:
        """Return what each keeps of these people; None for one that doesn't answer in time."""


async def export_person(participant_id: UUID, *, actor: Actor, store: ExportStore, others: Others, now: datetime) -> Export:
    """Gather everything. That it was done, and what was missing, is in the audit. Raises NoSuchPersonError."""
    ids = await store.family(participant_id)
    if not ids:
        raise NoSuchPersonError
    services: dict[str, Mapping[str, Any] | None] = {"enrolment": await store.own_rows(ids)}
    services |= await others(ids)
    export = Export(participant_id=participant_id, exported_at=now, services=services)
    await store.write_down(
        Entry(at=now, actor=actor, deed="exported", participant_id=participant_id, details={"missing": list(export.missing)})
    )
    return export
