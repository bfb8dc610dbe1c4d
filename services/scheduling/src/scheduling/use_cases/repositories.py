"""What the use cases ask of storage."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from scheduling.domain.allocation import LockedCohort
from scheduling.domain.bookings import Booked
from scheduling.domain.calendars import Feed
from scheduling.domain.cohorts import Cohort, Session
from scheduling.domain.enrolments import Enrolment
from scheduling.domain.facilitators import Facilitator
from scheduling.domain.fitting import OpenCohort, Reach, Seeker
from scheduling.domain.make_ups import Attended
from scheduling.domain.offers import Offer
from scheduling.domain.own_links import OwnLink
from scheduling.domain.people import Person
from scheduling.domain.places import Place
from scheduling.domain.register_entries import RegisterEntry
from scheduling.domain.resources import Resource
from scheduling.domain.sites import Site
from scheduling.domain.standing import Standing
from scheduling.domain.tasks import Task
from scheduling.domain.training import TrainingDay


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """Somebody who waits, what they look for, and the cohorts that they were offered in vain."""

    place: Place
    seeker: Seeker
    refused: frozenset[UUID]
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Free:
    """A cohort that has a seat left; its `first_session_at` is the next session where it `has_begun`."""

    cohort: OpenCohort
    has_begun: bool


class Enrolments(Protocol):
    async def of_people(self, participant_ids: Sequence[UUID]) -> list[Enrolment]:
        """The enrolments of these people."""
        ...

    async def keep_newer(self, enrolments: Sequence[Enrolment]) -> set[UUID]:
        """Store and lock, in key order, those that are newer than what is stored; return their ids. One row per enrolment."""
        ...


class Places(Protocol):
    async def doubled(self, participant_ids: Sequence[UUID]) -> list[Place]:
        """The places that have a seat of these people who have two of them in one programme."""
        ...

    async def latest_of(self, enrolment_ids: Sequence[UUID]) -> list[Place]:
        """The latest place of each enrolment that has one."""
        ...

    async def locked(self, place_ids: Sequence[UUID]) -> list[Place]:
        """These places, locked in key order."""
        ...

    async def found(self, place_ids: Sequence[UUID]) -> list[Place]:
        """These places, not locked."""
        ...

    async def of_cohort(self, cohort_id: UUID) -> list[Place]:
        """All places that ever had a seat in the cohort."""
        ...

    async def guests_at(self, session_ids: Sequence[UUID]) -> list[Place]:
        """The places of those who come to these sessions from other cohorts."""
        ...

    async def with_company(self, cohort_ids: Sequence[UUID]) -> list[UUID]:
        """These cohorts, and those between which and these somebody makes up for a session; in key order."""
        ...

    async def all_waiting(self, programme: str) -> list[Waiting]:
        """Everybody who waits for a place in a programme, longest first."""
        ...

    async def waiting(self, place_ids: Sequence[UUID]) -> list[Waiting]:
        """Of these places those that wait, longest waiting first."""
        ...

    async def longest_waiting(self, cohort_ids: Sequence[UUID], *, farthest_km: Sequence[int], limit: int) -> list[Waiting]:
        """Those who fit one of the cohorts and weren't offered it in vain, longest waiting first.

        Of each cohort `limit` who need close attention, and as many who don't. `farthest_km` is the reach for each cohort.
        """
        ...

    async def add(self, places: Sequence[Place]) -> None: ...

    async def change(self, places: Sequence[Place]) -> None: ...


class Seats(Protocol):
    async def lock_placing(self, programmes: Sequence[str]) -> None:
        """Let one transaction at a time give out or free seats of a programme, until it commits."""
        ...

    async def lock(self, cohort_ids: Sequence[UUID], *, now: datetime) -> Mapping[UUID, LockedCohort]:
        """Lock the cohorts in key order and return their seats, which stay so where placing is locked, too."""
        ...

    async def with_room(self, seekers: Sequence[Seeker], *, refused: int, reach: Reach, now: datetime) -> list[OpenCohort]:
        """Of the open cohorts that haven't started and have a seat left, as many as these seekers could make a difference to.

        `refused` is the greatest number of cohorts that one of them was offered in vain.
        """
        ...

    async def free_in(self, cohort_ids: Sequence[UUID], *, now: datetime) -> list[Free]:
        """Of these cohorts those that are open or running and have a seat left."""
        ...

    async def all_with_room(self, programmes: Sequence[str], *, now: datetime) -> list[OpenCohort]:
        """The open cohorts that haven't started and have a seat left."""
        ...

    async def all_with_room_or_held(self, programme: str, *, now: datetime) -> list[OpenCohort]:
        """The open cohorts that haven't started and have a seat left, those that are held for the waiting list too."""
        ...

    async def hold_for_waiting_list(self, cohort_id: UUID, *, now: datetime) -> None:
        """Keep a cohort's places for the waiting list until they are released."""
        ...

    async def held(self, *, now: datetime) -> Mapping[str, list[UUID]]:
        """The cohorts that are held for the waiting list, by programme."""
        ...

    async def release(self, cohort_ids: Sequence[UUID]) -> None:
        """Let these cohorts be given to whoever enrols."""
        ...

    async def all_open(self, programmes: Sequence[str], *, now: datetime) -> list[OpenCohort]:
        """The open cohorts that haven't started, full ones too."""
        ...

    async def recount(self, cohort_ids: Sequence[UUID]) -> None:
        """Count the taken seats of locked cohorts again, after places in them changed."""
        ...

    async def left_at(self, session_id: UUID) -> tuple[int, int]:
        """How many more can come to one session, and how many who need close attention; of a locked cohort."""
        ...

    async def over_close_attention(self, cohort_ids: Sequence[UUID]) -> list[UUID]:
        """Those of the cohorts that have more people who need close attention than they may."""
        ...


class Offers(Protocol):
    async def by_token(self, token: str) -> Offer | None:
        """The offer that a token opens, not locked."""
        ...

    async def of_place(self, place_id: UUID) -> Offer | None:
        """The latest offer of a place, not locked."""
        ...

    async def meant_by(self, replies: Sequence[tuple[UUID, UUID | None]]) -> list[Offer | None]:
        """What each participant's reply answers: the latest offer of the place that it names, else their only standing one."""
        ...

    async def locked(self, offer_ids: Sequence[UUID]) -> list[Offer]:
        """These offers, locked in key order."""
        ...

    async def standing_of(self, place_ids: Sequence[UUID]) -> list[Offer]:
        """The offers of these places that stand, locked in key order."""
        ...

    async def overdue(self, *, now: datetime, limit: int) -> list[Offer]:
        """Offers whose time is up, earliest first, not locked."""
        ...

    async def times_refused(self, place_ids: Sequence[UUID]) -> Mapping[UUID, int]:
        """How many offers these places had in vain so far, by place."""
        ...

    async def refused_by(self, place_ids: Sequence[UUID]) -> Mapping[UUID, frozenset[UUID]]:
        """The cohorts that were offered in vain, by place."""
        ...

    async def add(self, offers: Sequence[Offer]) -> None: ...

    async def change(self, offers: Sequence[Offer]) -> None: ...

    async def take_back(self, place_ids: Sequence[UUID], *, now: datetime) -> None:
        """Close the offers that still stand of these places."""
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

    async def add_session(self, cohort: Cohort, session: Session) -> None:
        """Store a cohort that is there already, with a session that isn't."""
        ...

    async def change(self, cohort: Cohort) -> None: ...


class Registers(Protocol):
    async def entries_of(self, session_id: UUID) -> list[RegisterEntry]:
        """Every entry of the session's register, in the order in which they arrived."""
        ...

    async def keep_entries(self, added: Sequence[RegisterEntry], *, changed: Sequence[RegisterEntry]) -> None:
        """Store new entries, and how others stand now."""
        ...

    async def forget_words(self, participant_ids: Sequence[UUID]) -> None:
        """Forget what was written about these people in free words; what they attended and did stays."""
        ...

    async def keep(self, session_id: UUID, statuses: Mapping[UUID, str], *, recorded_by: UUID, now: datetime) -> None:
        """Store by place what counts; what was stored for these places is replaced."""
        ...

    async def attended(self, place_ids: Sequence[UUID]) -> Mapping[UUID, list[Attended]]:
        """The sessions with these places on their registers, by place; former cohorts' too."""
        ...


class Tasks(Protocol):
    async def raise_(self, tasks: Sequence[Task]) -> None:
        """Store new tasks, except where an unfinished one is about the same thing."""
        ...

    async def unfinished(self, kind: str, about: Sequence[str]) -> list[Task]:
        """The unfinished tasks of a kind about these things, locked."""
        ...

    async def of_places(self, place_ids: Sequence[UUID]) -> Mapping[UUID, list[Task]]:
        """The tasks about these places, finished ones too, locked; by place."""
        ...

    async def locked(self, task_id: UUID) -> Task | None: ...

    async def change(self, tasks: Sequence[Task]) -> None: ...


class Sites(Protocol):
    async def get(self, site_id: str) -> Site | None: ...

    async def locked(self, site_id: str) -> Site | None: ...

    async def keep(self, site: Site) -> None: ...

    async def used_rooms(self, site_id: str) -> Mapping[str, int]:
        """The rooms that cohorts are or were in, by name, with the most people that an unfinished one of these takes."""
        ...


class Facilitators(Protocol):
    async def get(self, facilitator_ids: Sequence[UUID]) -> Mapping[UUID, Facilitator]: ...

    async def locked(self, facilitator_ids: Sequence[UUID]) -> Mapping[UUID, Facilitator]:
        """Those of these facilitators that are known, locked in key order."""
        ...

    async def keep(self, facilitators: Sequence[Facilitator]) -> None: ...

    async def id_of_member(self, member_id: UUID) -> UUID | None: ...


class Training(Protocol):
    async def locked(self, training_day_id: UUID) -> TrainingDay | None: ...

    async def keep(self, day: TrainingDay) -> None:
        """Store the day and its trainees as they are now."""
        ...


class Resources(Protocol):
    async def next_version(self, resource_id: UUID) -> int: ...

    async def add(self, resource: Resource, *, content: bytes | None) -> None: ...

    async def viewed(self, resource: Resource, *, facilitator_id: UUID, at: datetime) -> None: ...


class Feeds(Protocol):
    async def add(self, feed: Feed, *, token_hash: str) -> None: ...

    async def revoke(self, feed_id: UUID, *, at: datetime) -> bool:
        """Close a feed; return whether there is one."""
        ...


class Bookings(Protocol):
    async def taken(
        self,
        *,
        cohort_id: UUID,
        rooms: Sequence[UUID],
        facilitators: Sequence[UUID],
        times: Sequence[tuple[datetime, datetime]],
    ) -> list[Booked]:
        """Lock these rooms and facilitators, and return those that other cohorts have at one of these times, with the first."""
        ...

    async def book_again(self, cohort_id: UUID, *, now: datetime) -> None:
        """Book a stored cohort's new room and people for the sessions still to come. Raises BrokenRuleError."""
        ...


class People(Protocol):
    async def survivors(self, participant_ids: AbstractSet[UUID]) -> Mapping[UUID, UUID]:
        """Those of these people who were merged into somebody, with whom they are now."""
        ...

    async def standings(self, participant_ids: AbstractSet[UUID]) -> Mapping[UUID, Standing]:
        """Where these people stand of whom something was told."""
        ...

    async def keep_standings(self, standings: Sequence[Standing]) -> None: ...

    async def forget(self, participant_ids: Sequence[UUID]) -> None:
        """Delete the names of these people, and held copies of them."""
        ...

    async def keep_newer(self, people: Sequence[Person]) -> None: ...


class OwnLinks(Protocol):
    async def keep_newer(self, links: Sequence[OwnLink]) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Repositories:
    """Everything stored, seen through one transaction."""

    enrolments: Enrolments
    places: Places
    seats: Seats
    offers: Offers
    cohorts: Cohorts
    registers: Registers
    tasks: Tasks
    sites: Sites
    facilitators: Facilitators
    bookings: Bookings
    training: Training
    resources: Resources
    feeds: Feeds
    people: People
    own_links: OwnLinks
