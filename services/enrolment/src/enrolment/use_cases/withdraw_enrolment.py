"""Somebody leaves a programme: they say so themselves, or staff do for them."""

from datetime import datetime
from uuid import UUID

from enrolment.domain.audit import Actor, Entry
from enrolment.domain.enrolments import Enrolment
from enrolment.use_cases.known import Known
from enrolment.use_cases.merge_people import undoubled
from enrolment.use_cases.outcome import StepTaken
from enrolment.use_cases.people_store import PeopleStore, person_of


class NoSuchEnrolmentError(LookupError):
    """The person has no such enrolment."""

    def __init__(self) -> None:
        super().__init__("This person has no such enrolment.")


async def withdraw_enrolment(
    participant_id: UUID, enrolment_id: UUID, *, reason: str, actor: Actor, store: PeopleStore, now: datetime
) -> StepTaken:
    """End one enrolment. `reason` is a code such as `asked_to_leave`, kept in the audit.

    Raises NoSuchPersonError, NoSuchEnrolmentError, or EndedError where it has ended.
    """
    known = await store.load_people([participant_id])
    person_of(known, participant_id)
    enrolment = known.enrolments.get(enrolment_id)
    if enrolment is None or enrolment.participant_id != participant_id:
        raise NoSuchEnrolmentError
    ended = end_enrolment(enrolment, known=known, now=now)
    known.put_audit(
        Entry(
            at=now,
            actor=actor,
            deed="withdrawn",
            participant_id=participant_id,
            about=str(enrolment_id),
            details={"reason": reason, "programme": enrolment.programme},
        )
    )
    await store.save(known.changes())
    return StepTaken(at=now, enrolments=tuple(ended))


def end_enrolment(enrolment: Enrolment, *, known: Known, now: datetime) -> list[Enrolment]:
    """End an enrolment in `known`; one beside it that a merge had brought stands alone then. Raises EndedError."""
    ended = enrolment.withdrawn(now=now)
    known.put_enrolment(ended)
    return [ended, *undoubled(known, enrolment.participant_id, now=now)]
