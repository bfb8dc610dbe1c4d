"""A national system says that people have died."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from enrolment.domain.audit import ORGANISATION, Actor
from enrolment.domain.receipts import Receipt
from enrolment.domain.standing import ACTIVE
from enrolment.use_cases.known import IntakeStore, Sent, Wanted
from enrolment.use_cases.notify_death import stand
from enrolment.use_cases.outcome import StepTaken


@dataclass(frozen=True, slots=True, kw_only=True)
class HearOfDeath:
    """One signal. `nhs_number` is a valid one."""

    sent: Sent
    nhs_number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """The answer, and what followed."""

    receipt: Receipt
    step: StepTaken


async def hear_of_deaths(commands: Sequence[HearOfDeath], *, store: IntakeStore, now: datetime) -> list[Heard]:
    """Record the death of whoever has each number now. The answer is the same whether or not somebody here has it.

    Somebody whose death is known already stays as they are: signals repeat.
    """
    known = await store.load(Wanted(identity_keys=sorted({f"number {each.nhs_number}" for each in commands})))
    heard = []
    for command in commands:
        sender = command.sent.sender
        actor = Actor(kind=ORGANISATION, name=f"{sender.channel}.{sender.organisation}")
        dead = [
            each.id
            for each in known.participants.values()
            if each.status == ACTIVE and each.person.nhs_number == command.nhs_number
        ]
        steps = [stand(known, each, step="notify death", deed="death_notified", actor=actor, now=now) for each in dead]
        receipt = Receipt(
            channel=sender.channel,
            organisation=sender.organisation,
            event_id=command.sent.event_id,
            sequence=1,
            status="received",
            body_digest=command.sent.body_digest,
            decided_at=now,
        )
        known.put_receipt(receipt)
        heard.append(Heard(receipt=receipt, step=StepTaken(at=now, standings=tuple(one.standings[0] for one in steps))))
    await store.save(known.changes())
    return heard
