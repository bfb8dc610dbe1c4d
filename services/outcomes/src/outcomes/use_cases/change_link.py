"""Staff take a questionnaire's link back, or make a new one that works."""

from collections.abc import Callable
from datetime import datetime
from typing import Protocol
from uuid import UUID

from outcomes.domain.questionnaire import Questionnaire, link_renewed, link_revoked


class Records(Protocol):
    """Where questionnaires are kept."""

    async def locked_questionnaire(self, questionnaire_id: UUID) -> Questionnaire | None:
        """The questionnaire, locked until the transaction ends."""

    async def save_questionnaires(self, questionnaires: list[Questionnaire]) -> None:
        """Keep the changed state and dates of questionnaires."""


async def change_link(
    questionnaire_id: UUID, *, revoke: bool, records: Records, now: datetime, new_token: Callable[[], str]
) -> Questionnaire | None:
    """Give the questionnaire another token, which nobody is told: the link that was sent is dead. None if it isn't known."""
    before = await records.locked_questionnaire(questionnaire_id)
    if before is None:
        return None
    after = link_revoked(before, token=new_token(), now=now) if revoke else link_renewed(before, token=new_token())
    await records.save_questionnaires([after])
    return after
