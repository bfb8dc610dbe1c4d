"""Names arrive for the registers."""

from collections.abc import Sequence

from scheduling.domain.people import Person
from scheduling.domain.standing import ERASED
from scheduling.use_cases.repositories import Repositories


async def keep_people(*, people: Sequence[Person], repositories: Repositories) -> None:
    """Keep the newest name and emergency contact of each person; of the erased nothing, however late it comes."""
    standings = await repositories.people.standings({person.participant_id for person in people})
    erased = {each for each, standing in standings.items() if standing.status == ERASED}
    await repositories.people.keep_newer([person for person in people if person.participant_id not in erased])
