"""What a use case finds on its desk: the rows of one transaction. `storage` fulfils these, and the fakes of the unit tests."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from notifications.domain.cohort import Cohort
from notifications.domain.contact import Contact
from notifications.domain.enrolment import Enrolment
from notifications.domain.message import Kind, Message, Reason
from notifications.domain.person import Person
from notifications.domain.place import Place
from notifications.domain.site import Site
from notifications.domain.wishes import Wishes


@dataclass(frozen=True, slots=True)
class Given:
    """A message that a provider has or may have: to whom it went, when (domain time), and the digest of its words."""

    message_id: UUID
    participant_id: UUID
    at: datetime
    words: str | None


class Messages(Protocol):
    """The messages of one transaction. What is returned is locked until the transaction ends, unless said otherwise."""

    async def of_participants(self, participant_ids: Collection[UUID]) -> list[Message]:
        """All messages of these people."""

    async def open_of_participants(self, participant_ids: Collection[UUID]) -> list[Message]:
        """The messages of these people that still wait to be sent."""

    async def about(self, kind: Kind, about_ids: Collection[str]) -> list[Message]:
        """The messages of one kind about these things, whoever has them."""

    async def dropped_for(self, reason: Reason, participant_ids: Collection[UUID]) -> list[Message]:
        """The messages of these people that were given up for this reason."""

    async def due(self, *, now: datetime, real_now: datetime, limit: int) -> list[Message]:
        """Messages that are due, oldest first, leaving out those that another transaction holds."""

    async def overdue_in_sending(self, *, real_now: datetime, limit: int) -> list[Message]:
        """Messages that somebody took for sending and said nothing about in time; leaving out those that are held."""

    async def by_id(self, message_ids: Collection[UUID]) -> list[Message]:
        """These messages as they are now."""

    async def given_since(self, participant_ids: Collection[UUID], *, since: datetime) -> list[Given]:
        """What these people were sent, or may have been, since then; not locked."""

    async def add(self, messages: Sequence[Message]) -> None:
        """Keep new messages; one whose (participant, kind, about) exists is left out."""

    async def change(self, messages: Sequence[Message]) -> None:
        """Keep the new state of messages that are locked."""


class Contacts(Protocol):
    """How people may be reached."""

    async def with_number(self, number_hash: str) -> list[Contact]:
        """Everybody whose phone number has this digest, not locked."""

    async def of(self, participant_ids: Collection[UUID]) -> Mapping[UUID, Contact]:
        """The contacts of these people, not locked."""

    async def keep(self, contacts: Sequence[Contact], *, at: datetime) -> None:
        """Keep those that are newer than what is known."""


class AllWishes(Protocol):
    """What people agreed to and wish. A contact is found with it: allowed is what both allow."""

    async def keep(self, wishes: Sequence[Wishes], *, at: datetime) -> None:
        """Keep those that are newer than what is known."""


class People(Protocol):
    """Whether people may be written to: those of whom something was told, and nobody else."""

    async def of(self, participant_ids: Collection[UUID]) -> Mapping[UUID, Person]:
        """What is known of these people, not locked, and of whomever they were merged into."""

    async def merged_into(self, holders: Collection[UUID]) -> Mapping[UUID, UUID]:
        """Everybody who was merged into one of these in the end, and into whom."""

    async def mine(self, participant_ids: Collection[UUID]) -> Mapping[UUID, Person]:
        """What is known of these people, locked to be changed."""

    async def keep(self, people: Sequence[Person]) -> None:
        """Keep those that are newer than what is known."""

    async def forget(self, participant_ids: Collection[UUID]) -> None:
        """Delete how these people could be reached, and every word that was sent to them."""


class Sites(Protocol):
    """What is known of sites."""

    async def keep(self, sites: Sequence[Site]) -> None:
        """Keep those that are newer than what is kept."""


class Cohorts(Protocol):
    """Cohorts and their sessions."""

    async def of(self, cohort_ids: Collection[UUID]) -> Mapping[UUID, Cohort]:
        """These cohorts with what is known of their sites, not locked."""

    async def steady(self, cohort_ids: Collection[UUID]) -> Mapping[UUID, Cohort]:
        """These cohorts, which nobody changes until the transaction ends."""

    async def mine(self, cohort_ids: Collection[UUID]) -> Mapping[UUID, Cohort]:
        """These cohorts, locked to be changed."""

    async def keep(self, cohorts: Sequence[Cohort]) -> None:
        """Keep those that are newer than what is known."""


class Places(Protocol):
    """Where people stand."""

    async def of(self, place_ids: Collection[UUID]) -> Mapping[UUID, Place]:
        """These places, locked."""

    async def in_cohorts(self, cohort_ids: Collection[UUID]) -> list[Place]:
        """The places in these cohorts, whatever their status, not locked."""

    async def keep(self, places: Sequence[Place]) -> None:
        """Keep those that are newer than what is known."""


class Enrolments(Protocol):
    """Who is enrolled in what."""

    async def keep(self, enrolments: Sequence[Enrolment]) -> None:
        """Keep those that are newer than what is known."""

    async def withdrawn(self, *, enrolment_ids: Collection[UUID], place_ids: Collection[UUID]) -> frozenset[UUID]:
        """Those of the enrolments, and of the places with their enrolments, that somebody has withdrawn from; not locked."""


class Suppressions(Protocol):
    """The numbers from which STOP came."""

    async def keep(self, number_hash: str, *, stopped: bool, at: datetime) -> bool:
        """Remember what came last from a number; False where something later came before."""


class Heard(Protocol):
    """The newest version that was heard of each thing of which nothing else is kept."""

    async def versions(self, thing: str, ids: Collection[UUID]) -> Mapping[UUID, int]:
        """The versions heard of these, locked; nothing for one never heard of."""

    async def keep(self, thing: str, versions: Mapping[UUID, int]) -> None:
        """Keep those that are newer than what is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """All of it, in one transaction."""

    messages: Messages
    contacts: Contacts
    cohorts: Cohorts
    sites: Sites
    places: Places
    heard: Heard
    suppressions: Suppressions
    people: People
    wishes: AllWishes
    enrolments: Enrolments


def holder(participant_id: UUID, people: Mapping[UUID, Person]) -> UUID:
    """Who a person is now: whoever they were merged into in the end, or themselves."""
    while (person := people.get(participant_id)) is not None and person.merged_into is not None:
        participant_id = person.merged_into
    return participant_id
