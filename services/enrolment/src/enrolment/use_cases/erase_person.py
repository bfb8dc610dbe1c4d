"""A person is erased: what identifies them goes, everywhere, and a restricted row stays."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from enrolment.domain.audit import Actor, Entry
from enrolment.domain.enrolments import Enrolment
from enrolment.domain.erasure import emptied, restricted, without_words
from enrolment.domain.standing import after
from enrolment.use_cases.outcome import StepTaken
from enrolment.use_cases.people_store import ErasureStore, person_of
from enrolment.use_cases.withdraw_enrolment import end_enrolment


async def erase_person(participant_id: UUID, *, actor: Actor, store: ErasureStore, now: datetime) -> StepTaken:
    """Erase somebody and whoever was merged with them. Raises NoSuchPersonError or ImpossibleForPersonError.

    What stands ends first, so that places and messages go. The other services hear of it and forget what they keep; the broker is
    told to delete the last messages about them securely.
    """
    known = await store.load_people([participant_id])
    person_of(known, participant_id)
    holder = known.holder(participant_id)
    family = [each for each in known.participants.values() if known.holder(each.id) == holder]
    ended: list[Enrolment] = []
    for enrolment in known.enrolments_of(holder):
        if known.enrolments[enrolment.id].status == "enrolled":
            ended += end_enrolment(known.enrolments[enrolment.id], known=known, now=now)
    for referral in known.referrals_of([each.id for each in family]):
        known.put_referral(without_words(referral))
    erased = tuple(after(emptied(each), step="erase", now=now) for each in family)
    for participant in erased:
        known.put_participant(participant)
        known.put_audit(Entry(at=now, actor=actor, deed="erased", participant_id=participant.id))
    await store.save(known.changes())
    stand_ins = await store.forget([restricted(each, now=now) for each in family], [each.person for each in family], now=now)
    gone = tuple(
        replace(erased[0], id=each, sequence=now_as_sequence(now), merged_into=None, kept_apart=()) for each in stand_ins
    )
    return StepTaken(at=now, standings=(*erased, *gone), enrolments=tuple(ended), contacts=(*erased, *gone), people=erased)


def now_as_sequence(now: datetime) -> int:
    """Return a version that is above any that a stand-in has: it had few changes, and this many microseconds have passed."""
    return int(now.timestamp() * 1_000_000)
