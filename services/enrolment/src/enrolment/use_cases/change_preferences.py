"""A person agrees to something, or wishes it otherwise."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from uuid import UUID

from enrolment.domain.audit import Actor, Entry
from enrolment.domain.enrolments import Enrolment
from enrolment.domain.person import Participant
from enrolment.domain.preferences import Preferences, Wishes
from enrolment.use_cases.people_store import PeopleStore, person_of

WITH_THE_REFERRAL = "gp"
NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """What is wished now, the person with their new version, and the enrolments that another language changed."""

    preferences: Preferences
    participant: Participant
    enrolments: tuple[Enrolment, ...] = ()


async def change_preferences(
    participant_id: UUID,
    wishes: Wishes,
    *,
    source: str,
    actor: Actor,
    store: PeopleStore,
    now: datetime,
    said_at: datetime | None = None,
) -> Changed | None:
    """Keep what somebody wishes, with when and where they said it; None if it is so already. Raises NoSuchPersonError.

    `said_at` is given where it was said before `now`.
    """
    known = await store.load_people([participant_id])
    before = person_of(known, participant_id)
    kept = await kept_preferences(before, store=store)
    after = kept.become(wishes, source=source, changed_by=actor.name, now=said_at or now)
    if after is kept:
        return None
    person = replace(before.person, language=wishes.language, preferred_channel=wishes.preferred_channel)
    participant = replace(before, person=person, sequence=before.sequence + 1)
    known.put_participant(participant)
    enrolments = []
    for enrolment in known.enrolments_of(participant_id):
        spoken = enrolment.speaking(wishes.language, now=now)
        if enrolment.status == "enrolled" and spoken is not enrolment:
            known.put_enrolment(spoken)
            enrolments.append(spoken)
    known.put_audit(
        Entry(at=now, actor=actor, deed="preferences_changed", participant_id=participant_id, details={"source": source})
    )
    await store.save(known.changes())
    await store.keep_preferences(after)
    return Changed(preferences=after, participant=participant, enrolments=tuple(enrolments))


async def kept_preferences(participant: Participant, *, store: PeopleStore) -> Preferences:
    """Return what somebody wishes, locked: what they said, or what came with their referral."""
    kept = await store.preferences_of(participant.id)
    if kept is not None:
        return kept
    person = participant.person
    return Preferences(
        participant_id=participant.id,
        sequence=0,
        wishes=Wishes(language=person.language, preferred_channel=person.preferred_channel),
        source=WITH_THE_REFERRAL,
        changed_by=None,
        changed_at=NEVER,
    )
