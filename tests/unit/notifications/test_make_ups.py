"""What somebody hears of a session with another group that makes up for one they missed."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from notifications.domain.message import Kind, Message, Reason, Status
from notifications.domain.place import MakeUp, Place
from support.notifications_fakes import FakeDesk
from support.notifications_planning import DAY, FOUR, NOW, a_cohort, a_place, send_all_due, tell_cohorts, tell_places

OWN = a_cohort(*FOUR)
AT = NOW + timedelta(days=5, hours=3)
MAKE_UP = MakeUp(
    session_id=UUID(int=500),
    cohort_id=UUID(int=501),
    site_id="meadow",
    site_name="Meadow",
    starts_at=AT,
    ends_at=AT + timedelta(hours=1),
    status="coming",
)


def with_make_up(sequence: int, **changes: object) -> Place:
    return replace(a_place("attending", OWN, sequence=sequence), make_ups=(replace(MAKE_UP, **changes),))  # type: ignore[arg-type]  # any field


async def booked() -> FakeDesk:
    desk = FakeDesk()
    await tell_cohorts(desk, OWN)
    await tell_places(desk, a_place("attending", OWN))
    await tell_places(desk, with_make_up(2))
    return desk


def of(desk: FakeDesk, *kinds: Kind) -> list[Message]:
    return [message for message in desk.all() if message.kind in kinds]


async def test_it_is_told_once_and_reminded_of_a_day_before_whatever_else_is_told_of_the_place() -> None:
    desk = await booked()
    await send_all_due(desk, now=NOW)
    for sequence in (3, 4):
        await tell_places(desk, with_make_up(sequence))
    [told] = of(desk, Kind.MAKE_UP_SESSION)
    [reminder] = of(desk, Kind.MAKE_UP_REMINDER)
    assert (told.status, told.facts["site_name"], told.useful_until) == (Status.SENT, "Meadow", AT)
    assert (reminder.due_at, reminder.useful_until, reminder.status) == (AT - DAY, AT, Status.PLANNED)
    assert len([m for m in of(desk, Kind.SESSION_REMINDER) if m.is_open]) == 4


async def test_a_move_is_told_with_where_it_was_and_the_reminder_moves() -> None:
    desk = await booked()
    await send_all_due(desk, now=NOW)
    await tell_places(desk, with_make_up(3, starts_at=AT + DAY))
    assert [m.facts["was_at"] for m in of(desk, Kind.MAKE_UP_SESSION)] == [None, AT.isoformat()]
    assert [(m.due_at, m.useful_until) for m in of(desk, Kind.MAKE_UP_REMINDER)] == [(AT, AT + DAY)]


@pytest.mark.parametrize("status", ["cancelled", "taken_back", "something new"])
async def test_when_it_is_off_who_was_told_hears_it_once_and_who_was_not_nothing(status: str) -> None:
    desk = await booked()
    await tell_places(desk, with_make_up(3, status=status))
    assert {m.reason for m in of(desk, Kind.MAKE_UP_SESSION, Kind.MAKE_UP_REMINDER)} == {Reason.SESSION_CANCELLED}
    assert of(desk, Kind.MAKE_UP_OFF) == []

    desk = await booked()
    await send_all_due(desk, now=NOW)
    for sequence in (3, 4):
        await tell_places(desk, with_make_up(sequence, status=status))
    assert [m.facts["urgent"] for m in of(desk, Kind.MAKE_UP_OFF)] == [False]
    assert not [m for m in of(desk, Kind.MAKE_UP_REMINDER) if m.is_open]


async def test_one_that_is_off_today_passes_the_quiet_hours() -> None:
    desk = await booked()
    await send_all_due(desk, now=NOW)
    await tell_places(desk, with_make_up(3, status="cancelled"), now=AT - timedelta(hours=2))
    assert [m.facts["urgent"] for m in of(desk, Kind.MAKE_UP_OFF)] == [True]


async def test_chosen_again_after_it_was_taken_back_it_is_told_again() -> None:
    desk = await booked()
    await send_all_due(desk, now=NOW)
    await tell_places(desk, with_make_up(3, status="taken_back"))
    await send_all_due(desk, now=NOW)
    await tell_places(desk, with_make_up(4))
    assert [m.status for m in of(desk, Kind.MAKE_UP_SESSION)] == [Status.SENT, Status.PLANNED]
    assert len([m for m in of(desk, Kind.MAKE_UP_REMINDER) if m.is_open]) == 1


async def test_it_stays_although_the_own_cohort_has_finished() -> None:
    desk = await booked()
    await tell_places(desk, with_make_up(3, status="coming"), now=NOW)
    await tell_places(desk, replace(with_make_up(4), status="below_completion"))
    assert [m.is_open for m in of(desk, Kind.MAKE_UP_SESSION, Kind.MAKE_UP_REMINDER)] == [True, True]


async def test_of_one_that_has_begun_nothing_is_told() -> None:
    desk = FakeDesk()
    await tell_cohorts(desk, OWN)
    await tell_places(desk, with_make_up(1, starts_at=NOW - DAY))
    assert of(desk, Kind.MAKE_UP_SESSION, Kind.MAKE_UP_REMINDER, Kind.MAKE_UP_OFF) == []
