"""The programme is over for a person: they are pointed to what is near and suits."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol
from uuid import UUID

from outcomes.domain.enrolment import Enrolment
from outcomes.domain.signposting import Directory, LocalService, Signposting, Wishes, searched, signposts_for
from outcomes.use_cases.announcing import Announcement


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """An enrolment whose programme is over, and what told us."""

    enrolment: Enrolment
    because: object | None = None


class SignpostingRecords(Protocol):
    """Where signposting, the directory's own entries and people's interests are kept."""

    async def local_services(self, outward_codes: Collection[str], *, today: date) -> Sequence[LocalService]:
        """The entries, uploaded or harvested, that are in date and in one of these places or everywhere."""

    async def interests_of(self, enrolment_ids: Sequence[UUID]) -> Mapping[UUID, Sequence[str]]:
        """What people said that they are interested in."""

    async def add_new_signposting(self, signposting: Sequence[Signposting]) -> Sequence[UUID]:
        """Keep those whose enrolment has none yet, and say which (their `signposting_id`)."""


async def issue_signposting(
    ended: Sequence[Ended], *, records: SignpostingRecords, directory: Directory, now: datetime, new_id: Callable[[], UUID]
) -> list[Announcement]:
    """Issue each enrolment's one list, and return what has to be announced: nothing for one that has its list already."""
    if not ended:
        return []
    because = {one.enrolment.enrolment_id: one.because for one in ended}
    interests = await records.interests_of(sorted(because))
    around = searched((one.enrolment.outward_code for one in ended), places=directory.places)
    own = await records.local_services(around, today=now.date())
    replaced = {service.code for service in own}
    services = (*(service for service in directory.services if service.code not in replaced), *own)
    lists = [
        Signposting(
            signposting_id=new_id(),
            sequence=1,
            participant_id=one.enrolment.participant_id,
            enrolment_id=one.enrolment.enrolment_id,
            signposts=signposts_for(
                services=services,
                wishes=_wishes(one.enrolment, interests.get(one.enrolment.enrolment_id, ())),
                places=directory.places,
                today=now.date(),
            ),
            issued_at=now,
        )
        for one in ended
    ]
    new = set(await records.add_new_signposting(lists))
    return [Announcement(thing=one, because=because[one.enrolment_id]) for one in lists if one.signposting_id in new]


def _wishes(enrolment: Enrolment, interests: Sequence[str]) -> Wishes:
    return Wishes(
        outward_code=enrolment.outward_code,
        joints=enrolment.joints,
        access_needs=enrolment.access_needs,
        interests=interests,
    )
