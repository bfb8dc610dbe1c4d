"""People say STOP or START by text."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from enrolment.domain.audit import THE_PERSON
from enrolment.domain.preferences import BY_TEXT, after_text
from enrolment.domain.standing import ACTIVE
from enrolment.use_cases.change_preferences import Changed, change_preferences, kept_preferences
from enrolment.use_cases.people_store import PeopleStore


@dataclass(frozen=True, slots=True, kw_only=True)
class TextWord:
    """Somebody sent a text that allows texts to them, or ends them."""

    participant_id: UUID
    allows: bool
    said_at: datetime


async def take_text_words(words: Sequence[TextWord], *, store: PeopleStore, now: datetime) -> list[Changed]:
    """Keep what each of them wishes, and return what changed.

    Who is nobody yet (an invitation went to them), has died or was erased, has no preferences: the number is stopped by whoever
    sends. What came for somebody who was merged counts for whom they are now.
    """
    known = await store.load_people(sorted({each.participant_id for each in words}))
    changed = []
    for word in sorted(words, key=lambda each: each.said_at):
        if word.participant_id not in known.participants:
            continue
        person = known.participants[known.holder(word.participant_id)]
        if person.status != ACTIVE:
            continue
        kept = await kept_preferences(person, store=store)
        wishes = after_text(kept, allows=word.allows, said_at=word.said_at)
        one = await change_preferences(
            person.id, wishes, source=BY_TEXT, actor=THE_PERSON, store=store, now=now, said_at=word.said_at
        )
        if one is not None:
            changed.append(one)
    return changed
