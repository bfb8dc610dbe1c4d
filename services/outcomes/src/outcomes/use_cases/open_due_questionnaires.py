"""The time of planned questionnaires has come: they are due."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from outcomes.domain.questionnaire import Questionnaire, at
from outcomes.use_cases.announcing import Announcement, Announcer

PORTION = 500


class Records(Protocol):
    """Where questionnaires are kept."""

    async def planned_until(self, now: datetime, *, most: int) -> Sequence[Questionnaire]:
        """Planned ones that are due and not past closing, locked; those that another transaction works on are left out."""

    async def save_questionnaires(self, questionnaires: Sequence[Questionnaire]) -> None:
        """Keep the changed state and dates of questionnaires."""


async def open_due_questionnaires(*, records: Records, announcer: Announcer, now: datetime) -> int:
    """Open at most a portion of those that are due, and return how many."""
    opened = [at(planned, now=now) for planned in await records.planned_until(now, most=PORTION)]
    await records.save_questionnaires(opened)
    await announcer.announce([Announcement(thing=one) for one in opened])
    return len(opened)
