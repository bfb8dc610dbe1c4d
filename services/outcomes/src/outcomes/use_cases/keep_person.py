"""A person's name was told, for the work lists."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Who a participant is to the staff; outcomes keeps the name only."""

    participant_id: UUID
    sequence: int
    display_name: str


class Records(Protocol):
    """Where people are kept."""

    async def save_people(self, people: Sequence[Person]) -> None:
        """Keep each person, unless a newer sequence is kept already."""


async def keep_people(people: Sequence[Person], *, records: Records) -> None:
    """Keep the newest name of each person."""
    await records.save_people(people)
