"""A cohort and a place, told to the use cases on a desk in memory."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from notifications.domain.cohort import Cohort, Session
from notifications.domain.message import Channel, Kind, Message
from notifications.domain.place import Offer, Place
from notifications.use_cases.keep_cohort import keep_cohort
from notifications.use_cases.plan_messages_about_place import plan_messages_about_place
from support.notifications_fakes import MARY, FakeDesk

NOW = datetime(2026, 12, 7, 10, 0, tzinfo=UTC)


DAY = timedelta(days=1)


PERSON = MARY.participant_id


def a_cohort(*starts: datetime, number: int = 1, sequence: int = 1) -> Cohort:
    sessions = tuple(
        Session(id=UUID(int=1000 * number + index), number=index, starts_at=start, status="planned")
        for index, start in enumerate(starts, 1)
    )
    return Cohort(id=UUID(int=1000 * number), sequence=sequence, site_name="Hall", status="open", sessions=sessions)


def a_place(status: str, cohort: Cohort | None = None, *, sequence: int = 1) -> Place:
    return Place(
        id=UUID(int=50), sequence=sequence, participant_id=PERSON, status=status, cohort_id=cohort.id if cohort else None
    )


def an_offer(cohort: Cohort, *, sequence: int = 2) -> Place:
    offer = Offer(until=NOW + 5 * DAY, token="t" * 43)
    return replace(a_place("offered", cohort, sequence=sequence), offer=offer)


async def tell_places(desk: FakeDesk, *places: Place, now: datetime = NOW) -> list[object]:
    planned = await plan_messages_about_place(places=places, now=now, new_id=desk.new_id, desk=desk.desk())
    desk.announced += [ended.message for ended in planned.ended]
    return list(planned.results)


async def tell_cohorts(desk: FakeDesk, *cohorts: Cohort, now: datetime = NOW) -> None:
    planned = await keep_cohort(cohorts=cohorts, now=now, new_id=desk.new_id, desk=desk.desk())
    desk.announced += [ended.message for ended in planned.ended]


async def send_all_due(desk: FakeDesk, *, now: datetime) -> None:
    for message in await desk.messages.due(now=now, real_now=now, limit=1000):
        taken = message.claim(channel=Channel.SMS, provider="fake", until=now, now=now)
        await desk.messages.change([taken.sent(now=now)])


def kinds(messages: list[Message]) -> list[Kind]:
    return sorted({message.kind for message in messages})


FOUR = [NOW + number * 3 * DAY for number in (1, 2, 3, 4)]
