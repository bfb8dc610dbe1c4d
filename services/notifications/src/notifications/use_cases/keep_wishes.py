"""Enrolment tells what a person agreed to and wishes: it holds for every message that is not sent yet."""

from collections.abc import Sequence
from datetime import datetime

from notifications.domain.person import ERASED
from notifications.domain.wishes import Wishes
from notifications.use_cases.book import Planned
from notifications.use_cases.desk import Desk
from service_kit.results import Done


async def keep_wishes(*, wishes: Sequence[Wishes], now: datetime, desk: Desk) -> Planned:
    """Keep the newest wishes of each person but the erased; they are asked when a message is sent, so nothing is replanned."""
    people = await desk.people.of({told.participant_id for told in wishes})
    erased = {each for each, person in people.items() if person.status == ERASED}
    await desk.wishes.keep([told for told in wishes if told.participant_id not in erased], at=now)
    return Planned(tuple(Done() for _ in wishes))
