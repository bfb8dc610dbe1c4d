"""Somebody answers an offer that can't be answered like that any more: staff see to what they meant."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from scheduling.domain.offers import ACCEPTED, Offer
from scheduling.domain.tasks import LATE_NO, LATE_YES, new_task
from scheduling.use_cases.repositories import Repositories


async def note_late_answer(
    *, offer: Offer, answer: str, repositories: Repositories, now: datetime, new_id: Callable[[], UUID]
) -> None:
    """Raise a task, once however often they say it. `answer` is accepted or declined."""
    [place] = await repositories.places.locked([offer.place_id])
    task = new_task(
        task_id=new_id(),
        kind=LATE_YES if answer == ACCEPTED else LATE_NO,
        about=str(offer.offer_id),
        cohort_id=offer.cohort_id,
        participant_id=place.participant_id,
        now=now,
    )
    await repositories.tasks.raise_([task])
