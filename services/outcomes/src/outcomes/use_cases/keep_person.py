"""A person's name was told, for the work lists."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from outcomes.domain.standing import ERASED, Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Who a participant is to the staff; outcomes keeps the name only."""

    participant_id: UUID
    sequence: int
    display_name: str


class Records(Protocol):
    """Where people are kept."""

    async def standings(self, participant_ids: Sequence[UUID]) -> Mapping[UUID, Standing]:
        """Where these people stand of whom something was told."""

    async def save_people(self, people: Sequence[Person]) -> None:
        """Keep each person, unless a newer sequence is kept already."""


async def keep_people(people: Sequence[Person], *, records: Records) -> None:
    """Keep the newest name of each person; of the erased nothing, however late it comes."""
    standings = await records.standings([person.participant_id for person in people])
    erased = {each for each, standing in standings.items() if standing.status == ERASED}
    await records.save_people([person for person in people if person.participant_id not in erased])
