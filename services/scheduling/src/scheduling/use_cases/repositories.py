"""What the use cases ask of storage."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from scheduling.domain.allocation import LockedCohort, OpenCohort, Seeker, Wish
from scheduling.domain.cohorts import Cohort
from scheduling.domain.enrolments import Enrolment
from scheduling.domain.people import Person
from scheduling.domain.places import Place
from scheduling.domain.register_entries import RegisterEntry
from scheduling.domain.sites import Site
from scheduling.domain.tasks import Task


class Enrolments(Protocol):
    async def keep_newer(self, enrolments: Sequence[Enrolment]) -> set[UUID]:
        """Store and lock, in key order, those that are newer than what is stored; return their ids. One row per enrolment."""
        ...


class Places(Protocol):
    async def latest_of(self, enrolment_ids: Sequence[UUID]) -> list[Place]:
        """The latest place of each enrolment that has one."""
        ...

    async def of_cohort(self, cohort_id: UUID) -> list[Place]:
        """All places that ever had a seat in the cohort."""
        ...

    async def longest_waiting(self, programme: str, *, free: Mapping[Wish, int]) -> list[tuple[Place, Seeker]]:
        """Those who wait for what is free, earliest enrolled first.

        With each wish as many who need close attention, and as many who don't, as there are seats `free` for it.
        """
        ...

    async def add(self, places: Sequence[Place]) -> None: ...

    async def change(self, places: Sequence[Place]) -> None: ...


class Seats(Protocol):
    async def lock_placing(self, programmes: Sequence[str]) -> None:
        """Let one transaction at a time give out or free seats of a programme, until it commits."""
        ...

    async def lock(self, cohort_ids: Sequence[UUID]) -> Mapping[UUID, LockedCohort]:
        """Lock the cohorts in key order and return their seats, which stay so where placing is locked, too."""
        ...

    async def with_room(self, seekers: Sequence[Seeker], *, now: datetime) -> list[OpenCohort]:
        """Of the open cohorts that haven't started and have a seat left, as many as these seekers could make a difference to."""
        ...

    async def all_with_room(self, programmes: Sequence[str], *, now: datetime) -> list[OpenCohort]:
        """The open cohorts that haven't started and have a seat left."""
        ...

    async def recount(self, cohort_ids: Sequence[UUID]) -> None:
        """Count the taken seats of locked cohorts again, after places in them changed."""
        ...

    async def over_close_attention(self, cohort_ids: Sequence[UUID]) -> list[UUID]:
        """Those of the cohorts that have more people who need close attention than they may."""
        ...

    async def wishes_met(self, programmes: Sequence[str], *, now: datetime) -> Mapping[str, AbstractSet[Wish]]:
        """The wishes that an open cohort which hasn't started fits, by programme, full ones too."""
        ...


class Cohorts(Protocol):
    async def id_of_session(self, session_id: UUID) -> UUID | None: ...

    async def locked(self, cohort_id: UUID) -> Cohort | None: ...

    async def locked_unfinished_at(self, site_id: str) -> list[Cohort]:
        """The open and running cohorts at a site, locked in key order."""
        ...

    async def locked_to_start(self, *, now: datetime, limit: int) -> list[Cohort]:
        """Open cohorts whose first session has begun; those that another transaction holds are left out."""
        ...

    async def add(self, cohort: Cohort) -> None: ...

    async def change(self, cohort: Cohort) -> None: ...


class Registers(Protocol):
    async def entries_of(self, session_id: UUID) -> list[RegisterEntry]:
        """Every entry of the session's register, in the order in which they arrived."""
        ...

    async def keep_entries(self, added: Sequence[RegisterEntry], *, changed: Sequence[RegisterEntry]) -> None:
        """Store new entries, and how others stand now."""
        ...

    async def keep(self, session_id: UUID, statuses: Mapping[UUID, str], *, recorded_by: UUID, now: datetime) -> None:
        """Store by place what counts; what was stored for these places is replaced."""
        ...

    async def history(self, cohort_id: UUID) -> Mapping[UUID, Mapping[UUID, str]]:
        """What counts of all the cohort's sessions: by place, the status by session."""
        ...


class Tasks(Protocol):
    async def raise_(self, tasks: Sequence[Task]) -> None:
        """Store new tasks, except where an unfinished one is about the same thing."""
        ...

    async def unfinished(self, kind: str, about: Sequence[str]) -> list[Task]:
        """The unfinished tasks of a kind about these things, locked."""
        ...

    async def locked(self, task_id: UUID) -> Task | None: ...

    async def change(self, tasks: Sequence[Task]) -> None: ...


class Sites(Protocol):
    async def get(self, site_id: str) -> Site | None: ...

    async def keep(self, site: Site) -> None: ...


class People(Protocol):
    async def keep_newer(self, people: Sequence[Person]) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Repositories:
    """Everything stored, seen through one transaction."""

    enrolments: Enrolments
    places: Places
    seats: Seats
    cohorts: Cohorts
    registers: Registers
    tasks: Tasks
    sites: Sites
    people: People
