"""What changing a person asks of the database, within one transaction."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from enrolment.domain.erasure import Restricted
from enrolment.domain.person import Participant, Person
from enrolment.domain.preferences import Preferences
from enrolment.use_cases.known import Changes, Known


class NoSuchPersonError(LookupError):
    """There is no such person."""

    def __init__(self) -> None:
        super().__init__("There is no participant with this id.")


class PeopleStore(Protocol):
    """The database, as far as changing people needs it."""

    async def glance(self, participant_id: UUID) -> Participant | None:
        """Return how somebody is known now, without locking them."""

    async def load_people(self, ids: Sequence[UUID], *, keys: Sequence[str] = ()) -> Known:
        """Lock these people, whomever they were merged with, and all by which they are recognised; load what is known of them.

        `keys` are further match keys: those by which a corrected person will be recognised.
        """

    async def save(self, changes: Changes) -> None:
        """Write the changes."""

    async def preferences_of(self, participant_id: UUID) -> Preferences | None:
        """Lock and return somebody's preferences; None if they were never asked."""

    async def keep_preferences(self, preferences: Preferences) -> None:
        """Write the preferences as they are, and add them to their history."""


def person_of(known: Known, participant_id: UUID) -> Participant:
    """Return one person. Raises NoSuchPersonError."""
    participant = known.participants.get(participant_id)
    if participant is None:
        raise NoSuchPersonError
    return participant


class ErasureStore(PeopleStore, Protocol):
    """The database, as far as erasing people needs it."""

    async def forget(self, kept: Sequence[Restricted], described: Sequence[Person], *, now: datetime) -> list[UUID]:
        """Keep the restricted rows, and delete whatever else in this service describes these people.

        Returns the stand-ins of nominations that were about them.
        """
