"""Somebody has not answered a questionnaire that is due: they are reminded, twice at most."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from outcomes.domain.questionnaire import Questionnaire, reminded
from outcomes.use_cases.announcing import Announcement, Announcer

PORTION = 500


class Records(Protocol):
    """Where questionnaires are kept."""

    async def to_remind(self, now: datetime, *, most: int) -> Sequence[Questionnaire]:
        """Due ones whose reminder is due, locked; those that another transaction works on are left out."""

    async def save_questionnaires(self, questionnaires: Sequence[Questionnaire]) -> None:
        """Keep the changed state and dates of questionnaires."""


async def remind(*, records: Records, announcer: Announcer, now: datetime) -> int:
    """Tell of at most a portion of the reminders that are due, and return how many."""
    found = await records.to_remind(now, most=PORTION)
    told = [after for before in found if (after := reminded(before, now=now)) is not before]
    await records.save_questionnaires(told)
    await announcer.announce([Announcement(thing=one) for one in told])
    return len(told)
