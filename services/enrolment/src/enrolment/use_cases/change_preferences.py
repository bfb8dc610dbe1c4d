"""A person agrees to something, or wishes it otherwise."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol
from uuid import UUID

from enrolment.domain.audit import Actor, Entry
from enrolment.domain.person import Participant
from enrolment.domain.preferences import Preferences, Wishes
from enrolment.use_cases.people_store import PeopleStore, person_of


class PreferenceStore(PeopleStore, Protocol):
    """The database, as far as preferences need it, within one transaction."""

    async def preferences_of(self, participant_id: UUID) -> Preferences | None:
        """Lock and return somebody's preferences; None if they were never asked."""

    async def keep_preferences(self, preferences: Preferences) -> None:
        """Write the preferences as they are, and add them to their history."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """What is wished now, and the person with their new version."""

    preferences: Preferences
    participant: Participant


async def change_preferences(
    participant_id: UUID, wishes: Wishes, *, source: str, actor: Actor, store: PreferenceStore, now: datetime
) -> Changed | None:
    """Keep what somebody wishes, with when and where they said it; None if it is so already. Raises NoSuchPersonError."""
    known = await store.load_people([participant_id])
    before = person_of(known, participant_id)
    kept = await store.preferences_of(participant_id)
    if kept is None:
        first = Wishes(language=before.person.language, preferred_channel=before.person.preferred_channel)
        kept = Preferences(
            participant_id=participant_id, sequence=0, wishes=first, source=source, changed_by=None, changed_at=now
        )
    after = kept.become(wishes, source=source, changed_by=actor.name, now=now)
    if after is kept:
        return None
    person = replace(before.person, language=wishes.language, preferred_channel=wishes.preferred_channel)
    participant = replace(before, person=person, sequence=before.sequence + 1)
    known.put_participant(participant)
    known.put_audit(
        Entry(at=now, actor=actor, deed="preferences_changed", participant_id=participant_id, details={"source": source})
    )
    await store.save(known.changes())
    await store.keep_preferences(after)
    return Changed(preferences=after, participant=participant)
