"""A person answers a question: it is saved as it comes, to be gone on with on any device, and sent later."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol
from uuid import UUID

from outcomes.domain.instruments.instrument import Answer, Answers
from outcomes.domain.questionnaire import NotOpenError, Questionnaire, at, takes_answers


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What was answered so far, by "instrument.item"; None is a question that was left out on purpose, or not come to yet."""

    answers: Mapping[str, Answer | None] = field(default_factory=dict)
    comment: str | None = None
    interests: tuple[str, ...] | None = None

    def by_instrument(self) -> dict[str, Answers]:
        """The answers as they are scored; what was left out is missing."""
        found: dict[str, dict[str, Answer]] = {}
        for name, answer in self.answers.items():
            code, _, item_id = name.partition(".")
            if answer is not None:
                found.setdefault(code, {})[item_id] = answer
        return dict(found)


class Records(Protocol):
    """Where drafts are kept."""

    async def locked_questionnaire(self, questionnaire_id: UUID) -> Questionnaire | None:
        """The questionnaire, locked until the transaction ends."""

    async def add_to_draft(self, questionnaire_id: UUID, draft: Draft, *, now: datetime) -> None:
        """Add answers to the draft; what was answered before is replaced, everything else stays."""


async def save_draft(questionnaire_id: UUID, draft: Draft, *, records: Records, now: datetime) -> None:
    """Save what was just answered; NotOpenError once the questionnaire was sent, closed or cancelled."""
    questionnaire = await records.locked_questionnaire(questionnaire_id)
    if questionnaire is None or not takes_answers(questionnaire, now=now):
        raise NotOpenError(at(questionnaire, now=now).status if questionnaire else "cancelled")
    await records.add_to_draft(questionnaire_id, draft, now=now)
