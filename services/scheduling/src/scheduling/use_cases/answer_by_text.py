"""People answer offers by text: notifications tells who wrote yes or no, and about which place if that is certain."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from scheduling.domain.offers import ACCEPTED, BY_TEXT, DECLINED, OfferClosedError
from scheduling.use_cases.answer_offer import answer_offer
from scheduling.use_cases.changes import Changes, PlaceChange
from scheduling.use_cases.note_late_answer import note_late_answer
from scheduling.use_cases.offering import Offering
from scheduling.use_cases.repositories import Repositories

ANSWERS: Mapping[str, str] = {"yes": ACCEPTED, "no": DECLINED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What somebody wrote. `answer` is an open code: what is neither yes nor no is no answer to an offer."""

    reply_id: UUID
    participant_id: UUID
    answer: str
    place_id: UUID | None
    received_at: datetime


async def answer_by_text(*, replies: Sequence[Reply], offering: Offering, repositories: Repositories, now: datetime) -> Changes:
    """Answer the offers that are meant, in the order in which the replies came.

    A reply that names no place is an answer where the person has one offer that stands. One to an offer that has ended is a task
    for staff, one to none changes nothing.
    """
    answers = [one for one in sorted(replies, key=lambda one: (one.received_at, one.reply_id)) if one.answer in ANSWERS]
    if not answers:
        return Changes()
    survivors = await repositories.people.survivors({one.participant_id for one in answers})
    meant = [(survivors.get(one.participant_id, one.participant_id), one.place_id) for one in answers]
    offers = await repositories.offers.meant_by(meant)
    await repositories.seats.lock_placing(sorted({offer.programme for offer in offers if offer}))
    told: dict[UUID, PlaceChange] = {}
    for one, offer in zip(answers, offers, strict=True):
        if offer is None:
            continue
        try:
            changes = await answer_offer(
                offer=offer, answer=ANSWERS[one.answer], by=BY_TEXT, offering=offering, repositories=repositories, now=now
            )
        except OfferClosedError:
            await note_late_answer(
                offer=offer, answer=ANSWERS[one.answer], repositories=repositories, now=now, new_id=offering.new_id
            )
            continue
        told |= {change[0].place_id: change for change in changes.places}
    return Changes(places=tuple(told.values()))
