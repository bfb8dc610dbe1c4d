"""Names arrive for the registers."""

from collections.abc import Sequence

from scheduling.domain.people import Person
from scheduling.use_cases.repositories import Repositories


async def keep_people(*, people: Sequence[Person], repositories: Repositories) -> None:
    """Keep the newest name and emergency contact of each person."""
    await repositories.people.keep_newer(people)
