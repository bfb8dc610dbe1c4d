"""A person hears that a referral was received, that more has to be known about it, or that it was declined."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from uuid import UUID

from notifications.domain.message import Kind, Reason
from notifications.use_cases.book import Book, Planned
from notifications.use_cases.desk import Desk
from service_kit.results import Done

WORTH_TELLING_FOR = timedelta(days=30)
CANCELLED = "cancelled"
# Whoever else sent a referral is not told that it was declined, or why.
SENDERS_TOLD = frozenset({"gp"})
# Whoever else may be asked has no words yet, so nothing is told.
ASKED = frozenset({"sender", "person"})
# A message would also tell whoever filled in the form whether the person was known before.
BY_FORM = frozenset({"self_referral", "workplace", "leisure"})
# Any other status, also one we don't know, is not the person's to hear.
_TOLD = MappingProxyType(
    {
        "accepted": Kind.REFERRAL_RECEIVED,
        "needs_review": Kind.REFERRAL_RECEIVED,
        "declined": Kind.REFERRAL_DECLINED,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralDecision:
    """What enrolment decided about a referral; `sequence` is the decision's version.

    While it is reviewed, `asked` is whom more was asked of ("sender" or "person"), last at `asked_at`.
    """

    referral_id: UUID
    sequence: int
    participant_id: UUID
    status: str
    channel: str = "gp"
    asked: str | None = None
    asked_at: datetime | None = None

    @property
    def was_told_on_the_page(self) -> bool:
        """Whether the person sent it by a form, whose last page said what was decided at once."""
        return self.channel in BY_FORM and self.sequence == 1

    @property
    def told(self) -> tuple[Kind, str] | None:
        """What the person is to hear, and what it is about; None where it is nothing."""
        if self.asked in ASKED and self.asked_at is not None:
            return Kind.MORE_INFORMATION_NEEDED, f"{self.referral_id}@{self.asked_at.isoformat()}"
        kind = None if self.was_told_on_the_page else _TOLD.get(self.status)
        return None if kind is None else (kind, str(self.referral_id))


async def plan_messages_about_referral(
    *, decisions: Sequence[ReferralDecision], now: datetime, new_id: Callable[[], UUID], desk: Desk
) -> Planned:
    """Plan what each person hears of their referral; a later decision takes back what was not sent yet."""
    versions = dict(await desk.heard.versions("referral", {decision.referral_id for decision in decisions}))
    again = {decision.participant_id for decision in decisions if decision.referral_id in versions}
    book = Book(await desk.messages.of_participants(again) if again else (), new_id=new_id, now=now)
    newest: dict[UUID, int] = {}
    for book.command, decision in enumerate(decisions):
        if decision.sequence <= versions.get(decision.referral_id, 0):
            continue
        versions[decision.referral_id] = newest[decision.referral_id] = decision.sequence
        told = decision.told
        if told is not None or decision.status == CANCELLED:
            for message in book.of(decision.participant_id):
                of_this = message.about_id.partition("@")[0] == str(decision.referral_id)
                if of_this and message.is_open and (message.kind, message.about_id) != told:
                    book.drop(message, Reason.REPLACED if told else Reason.REFERRAL_CANCELLED)
        if told is not None:
            kind, about_id = told
            book.plan(
                participant_id=decision.participant_id,
                kind=kind,
                about_id=about_id,
                due_at=now,
                useful_until=now + WORTH_TELLING_FOR,
                facts=_facts(kind, decision),
            )
    await desk.heard.keep("referral", newest)
    return Planned(tuple(Done() for _ in decisions), await book.store(desk.messages))


def _facts(kind: Kind, decision: ReferralDecision) -> dict[str, object]:
    if kind is Kind.MORE_INFORMATION_NEEDED:
        return {"asked": decision.asked}
    return {"sender_told": decision.channel in SENDERS_TOLD} if kind is Kind.REFERRAL_DECLINED else {}
