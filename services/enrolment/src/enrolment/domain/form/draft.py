"""A form that is being filled in, kept here and not in the browser: it works without JavaScript and can be gone on with."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import UUID

from enrolment.domain.form.fields import Answer

KEPT_FOR = timedelta(hours=24)
OPEN, SENT = "open", "sent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What the person is told at the end, which follows from their answers alone: never from who is known already."""

    suits: bool = True
    needs_look: bool = False
    advice_today: bool = False
    reasons: Mapping[str, Sequence[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """Answers by field name, and the pages that were answered. `token_hash` is of the cookie's token.

    `proven` is an address that the person has shown to be theirs by opening a link that went there. A draft that was sent has
    forgotten its answers.
    """

    id: UUID
    token_hash: str
    kind: str
    programme: str
    language: str
    answers: Mapping[str, Answer]
    seen: tuple[str, ...]
    status: str
    proven: str | None
    nomination_id: UUID | None
    confirmation_id: UUID | None
    verdict: Verdict | None
    created_at: datetime
    expires_at: datetime

    def answered(self, slug: str, answers: Mapping[str, Answer], *, names: Sequence[str], now: datetime) -> "Draft":
        """Keep what one page said about its fields; what it left empty is forgotten."""
        others = {name: answer for name, answer in self.answers.items() if name not in names}
        seen = self.seen if slug in self.seen else (*self.seen, slug)
        return replace(self, answers={**others, **answers}, seen=seen, expires_at=now + KEPT_FOR)

    def sent(self, verdict: Verdict, *, now: datetime) -> "Draft":
        """Forget the answers, which are a referral now."""
        return replace(
            self,
            status=SENT,
            answers={"reach_by": self.answers.get("reach_by", "")},
            seen=(),
            proven=None,
            verdict=verdict,
            expires_at=now + KEPT_FOR,
        )

    @property
    def address(self) -> str | None:
        """The mobile number or email address that the person gave."""
        answer = self.answers.get("phone" if self.answers.get("reach_by") == "sms" else "email")
        return answer if isinstance(answer, str) else None

    @property
    def needs_code(self) -> bool:
        """Whether nothing shows yet that the address is the person's."""
        return self.address is None or self.address != self.proven
