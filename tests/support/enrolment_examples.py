"""Synthetic people and referrals for the rules of enrolment, and its database in memory."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from itertools import count
from typing import Any
from uuid import UUID

from enrolment.domain.eligibility import Answers
from enrolment.domain.person import Person
from enrolment.domain.receipts import Receipt
from enrolment.main import load_programmes
from enrolment.use_cases.answer_messages import Message, answer_messages
from enrolment.use_cases.cancel_referral import CancelReferral
from enrolment.use_cases.known import Changes, Known, Sender, Sent, Wanted
from enrolment.use_cases.outcome import Outcome
from enrolment.use_cases.receive_referral import ReceiveReferral, Rules

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
TODAY = NOW.date()
PROGRAMME = load_programmes()["escape-pain-knee-hip"]
RULES = Rules(programmes={PROGRAMME.code: PROGRAMME}, in_production=False)
PRACTICE = Sender("gp", "A81001")
OTHER_PRACTICE = Sender("gp", "B82002")
NUMBER, OTHER_NUMBER = "9990000018", "9990000026"


def a_person(**changes: Any) -> Person:
    """Somebody of 68 whom the programme suits."""
    described: dict[str, Any] = {
        "given_name": "Rosalind",
        "family_name": "Example",
        "birth_date": date(1958, 3, 14),
        "postcode": "LS1 4HR",
        "nhs_number": NUMBER,
    }
    return Person(**described | changes)


def answers(**changes: Any) -> Answers:
    """Answers that the programme asks for."""
    given: dict[str, Any] = {
        "joints": ("knee",),
        "pain_months": 12,
        "needs_supervised_exercise": True,
        "independently_mobile": True,
        "can_attend": True,
        "red_flags": (),
    }
    return Answers(**given | changes)


_bodies = count(1)


def sent(sender: Sender = PRACTICE, *, body: str | None = None) -> Sent:
    """A new event; its body is one that never came before, unless it is named."""
    number = next(_bodies)
    return Sent(sender=sender, event_id=f"event-{number}", body_digest=body or f"body-{number}")


def a_referral(sender: Sender = PRACTICE, *, body: str | None = None, **changes: Any) -> ReceiveReferral:
    """A referral of that person, which is accepted unless changed."""
    fields: dict[str, Any] = {
        "sent": sent(sender, body=body),
        "sender_referral_id": f"referral-{next(_bodies)}",
        "programme": PROGRAMME.code,
        "person": a_person(),
        "answers": answers(),
    }
    return ReceiveReferral(**fields | changes)


def a_cancellation(service_request: str, sender: Sender = PRACTICE, *, body: str | None = None) -> CancelReferral:
    return CancelReferral(sent=sent(sender, body=body), service_requests=(service_request,))


def new_ids() -> Callable[[], UUID]:
    """Ids that are 1, 2, 3 …"""
    numbers = count(1)
    return lambda: UUID(int=next(numbers))


@dataclass
class MemoryStore:
    """The database of the use cases, in memory: everything it has is found, whatever was wanted."""

    participants: dict[UUID, Any] = field(default_factory=dict)
    referrals: dict[UUID, Any] = field(default_factory=dict)
    enrolments: dict[UUID, Any] = field(default_factory=dict)
    receipts: dict[tuple[Sender, str], Receipt] = field(default_factory=dict)

    async def load(self, wanted: Wanted) -> Known:
        return self._known()

    async def load_for_review(self, referral_id: UUID) -> tuple[Known, Receipt | None]:
        return self._known(), next((each for each in self.receipts.values() if each.referral_id == referral_id), None)

    async def given(self, sender: Sender, event_id: str) -> Receipt | None:
        return self.receipts.get((sender, event_id))

    async def unreadable_before(self, sender: Sender, body_digest: str) -> Receipt | None:
        found = (each for (by, _), each in self.receipts.items() if by == sender and each.body_digest == body_digest)
        return next((each for each in found if each.status == "invalid" and each.reasons[0].code == "unreadable"), None)

    async def keep_first(self, receipt: Receipt) -> None:
        self.receipts.setdefault((Sender(receipt.channel, receipt.organisation), receipt.event_id), receipt)

    async def save(self, changes: Changes) -> None:
        _put(self.participants, changes.new_participants, changes.changed_participants)
        _put(self.referrals, changes.new_referrals, changes.changed_referrals)
        _put(self.enrolments, changes.new_enrolments, changes.changed_enrolments)
        self.receipts.update({(Sender(each.channel, each.organisation), each.event_id): each for each in changes.receipts})

    def _known(self) -> Known:
        return Known.loaded(
            participants=self.participants.values(),
            referrals=self.referrals.values(),
            enrolments=self.enrolments.values(),
            settled=[each for each in self.receipts.values() if each.settles_body],
        )


@dataclass
class Desk:
    """Enrolment without a database or a broker: messages in, outcomes out."""

    store: MemoryStore = field(default_factory=MemoryStore)
    new_id: Callable[[], UUID] = field(default_factory=new_ids)
    rules: Rules = RULES

    async def answer(self, *messages: Message) -> list[Outcome]:
        """Answer a group."""
        return await answer_messages(messages, store=self.store, rules=self.rules, now=NOW, new_id=self.new_id)

    async def receipt(self, message: Message) -> Receipt:
        return (await self.answer(message))[0].receipt

    @property
    def enrolled(self) -> list[Any]:
        return [each for each in self.store.enrolments.values() if each.status == "enrolled"]


def codes(receipt: Receipt) -> list[str]:
    return [reason.code for reason in receipt.reasons]


def _put(rows: dict[UUID, Any], new: Sequence[Any], changed: Sequence[Any]) -> None:
    for each in new:
        assert each.id not in rows
        rows[each.id] = each
    for each in changed:
        assert each.id in rows
        rows[each.id] = each


def every_status(outcomes: Sequence[Outcome]) -> Iterator[str]:
    return (outcome.receipt.status for outcome in outcomes)
