"""Somebody is told to have died, or that was wrong."""

from datetime import datetime
from uuid import UUID

from enrolment.domain.audit import Actor, Entry
from enrolment.domain.standing import after
from enrolment.use_cases.known import Known
from enrolment.use_cases.outcome import StepTaken
from enrolment.use_cases.people_store import PeopleStore, person_of


async def notify_death(participant_id: UUID, *, actor: Actor, store: PeopleStore, now: datetime) -> StepTaken:
    """Record a death: every message stops. Raises NoSuchPersonError or ImpossibleForPersonError."""
    return await _step(participant_id, "notify death", "death_notified", actor=actor, store=store, now=now)


async def revoke_death(participant_id: UUID, *, actor: Actor, store: PeopleStore, now: datetime) -> StepTaken:
    """The death was notified wrongly: the person is alive. Raises NoSuchPersonError or ImpossibleForPersonError."""
    return await _step(participant_id, "revoke death", "death_revoked", actor=actor, store=store, now=now)


def stand(known: Known, participant_id: UUID, *, step: str, deed: str, actor: Actor, now: datetime) -> StepTaken:
    """Take the step in `known`, with its audit. Raises ImpossibleForPersonError."""
    changed = after(person_of(known, participant_id), step=step, now=now)
    known.put_participant(changed)
    known.put_audit(Entry(at=now, actor=actor, deed=deed, participant_id=participant_id))
    return StepTaken(at=now, standings=(changed,))


async def _step(participant_id: UUID, step: str, deed: str, *, actor: Actor, store: PeopleStore, now: datetime) -> StepTaken:
    known = await store.load_people([participant_id])
    taken = stand(known, participant_id, step=step, deed=deed, actor=actor, now=now)
    await store.save(known.changes())
    return taken
