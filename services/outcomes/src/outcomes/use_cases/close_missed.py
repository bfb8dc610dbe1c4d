"""Questionnaires that nobody answered in time close: they are missed."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from outcomes.domain.enrolment import Enrolment
from outcomes.domain.place import Place
from outcomes.domain.questionnaire import Questionnaire, at
from outcomes.domain.signposting import Directory
from outcomes.use_cases.announcing import Announcement, Announcer
from outcomes.use_cases.issue_signposting import Ended, SignpostingRecords, issue_signposting

PORTION = 500


class Records(SignpostingRecords, Protocol):
    """Where questionnaires, places and signposting are kept."""

    async def past_closing(self, now: datetime, *, most: int) -> Sequence[Questionnaire]:
        """Planned and due ones whose closing time has passed, locked; those that another transaction works on are left out."""

    async def locked_enrolments(self, enrolment_ids: Sequence[UUID]) -> Mapping[UUID, Enrolment]:
        """The enrolments that are known, locked until the transaction ends."""

    async def places_of(self, enrolment_ids: Sequence[UUID]) -> Sequence[Place]:
        """The places of these enrolments, the one that changed last at the end."""

    async def save_questionnaires(self, questionnaires: Sequence[Questionnaire]) -> None:
        """Keep the changed state and dates of questionnaires."""


async def close_missed(
    *, records: Records, announcer: Announcer, directory: Directory, now: datetime, new_id: Callable[[], UUID]
) -> int:
    """Close at most a portion of those past their time, and return how many; who got to the end is signposted all the same."""
    closed = [at(due, now=now) for due in await records.past_closing(now, most=PORTION)]
    if not closed:
        return 0
    await records.save_questionnaires(closed)
    of_end = sorted({one.enrolment_id for one in closed if one.time_point == "end"})
    places = {place.enrolment_id: place for place in await records.places_of(of_end)}
    over = [enrolment_id for enrolment_id in of_end if enrolment_id in places and places[enrolment_id].went_to_the_end]
    enrolments = await records.locked_enrolments(over)
    issued = await issue_signposting(
        [Ended(enrolment=enrolments[enrolment_id]) for enrolment_id in over],
        records=records,
        directory=directory,
        now=now,
        new_id=new_id,
    )
    await announcer.announce([*(Announcement(thing=one) for one in closed), *issued])
    return len(closed)
