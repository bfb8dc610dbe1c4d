"""The programme is over for a person: they are pointed to what is near and suits."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from outcomes.domain.enrolment import Enrolment
from outcomes.domain.signposting import LocalService, Signposting, signposts_for
from outcomes.use_cases.announcing import Announcement

Directory = Sequence[LocalService]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """An enrolment whose programme is over, and what told us."""

    enrolment: Enrolment
    because: object | None = None


class Records(Protocol):
    """Where signposting is kept."""

    async def add_new_signposting(self, signposting: Sequence[Signposting]) -> Sequence[UUID]:
        """Keep those whose enrolment has none yet, and say which (their `signposting_id`)."""


async def issue_signposting(
    ended: Sequence[Ended], *, records: Records, directory: Directory, now: datetime, new_id: Callable[[], UUID]
) -> list[Announcement]:
    """Issue each enrolment's one list, and return what has to be announced: nothing for one that has its list already."""
    because = {one.enrolment.enrolment_id: one.because for one in ended}
    lists = [_list_for(one.enrolment, directory, now, new_id) for one in ended]
    new = set(await records.add_new_signposting(lists))
    return [Announcement(thing=one, because=because[one.enrolment_id]) for one in lists if one.signposting_id in new]


def _list_for(enrolment: Enrolment, directory: Directory, now: datetime, new_id: Callable[[], UUID]) -> Signposting:
    return Signposting(
        signposting_id=new_id(),
        sequence=1,
        participant_id=enrolment.participant_id,
        enrolment_id=enrolment.enrolment_id,
        signposts=signposts_for(
            directory=directory,
            outward_code=enrolment.outward_code,
            joints=enrolment.joints,
            today=now.date(),
            access_needs=enrolment.access_needs,
        ),
        issued_at=now,
    )
