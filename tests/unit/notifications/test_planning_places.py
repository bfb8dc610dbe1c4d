"""What a person hears of their place, and what is taken back."""

from dataclasses import replace
from datetime import timedelta

import pytest

from notifications.domain.message import Kind, Reason, Status
from service_kit.results import Done, NotYet
from support.notifications_fakes import FakeDesk
from support.notifications_planning import (
    DAY,
    FOUR,
    NOW,
    a_cohort,
    a_place,
    an_offer,
    kinds,
    send_all_due,
    tell_cohorts,
    tell_places,
)


async def test_a_place_found_is_told_and_each_session_reminded_of_a_day_before() -> None:
    desk, cohort = FakeDesk(), a_cohort(*FOUR)
    await tell_cohorts(desk, cohort)
    assert await tell_places(desk, a_place("placed", cohort)) == [Done()]
    found, *reminders = desk.all()
    assert (found.kind, found.due_at) == (Kind.PLACE_FOUND, NOW)
    assert [(r.session_id, r.due_at, r.useful_until) for r in reminders] == [
        (session.id, session.starts_at - DAY, session.starts_at) for session in cohort.sessions
    ]


async def test_a_session_less_than_a_day_away_is_reminded_of_at_once_and_one_that_has_begun_not_at_all() -> None:
    desk, cohort = FakeDesk(), a_cohort(NOW - DAY, NOW, NOW + timedelta(hours=2))
    await tell_cohorts(desk, cohort)
    await tell_places(desk, a_place("placed", cohort))
    [reminder] = [message for message in desk.all() if message.kind is Kind.SESSION_REMINDER]
    assert reminder.session_id == cohort.sessions[2].id
    assert reminder.due_at < NOW


async def test_a_place_in_a_cohort_that_is_not_known_waits_for_it() -> None:
    desk, cohort = FakeDesk(), a_cohort(*FOUR)
    assert await tell_places(desk, a_place("placed", cohort)) == [NotYet("unknown_cohort")]
    assert desk.all() == []
    assert desk.places.rows == {}
    await tell_cohorts(desk, cohort)
    assert await tell_places(desk, a_place("placed", cohort)) == [Done()]


async def test_waiting_is_told_and_a_place_found_meanwhile_replaces_it() -> None:
    desk, cohort = FakeDesk(), a_cohort(*FOUR)
    await tell_cohorts(desk, cohort)
    await tell_places(desk, a_place("waiting"))
    assert kinds(desk.all()) == [Kind.WAITING_LIST]
    await tell_places(desk, a_place("placed", cohort, sequence=2))
    [dropped] = desk.with_status(Status.DROPPED)
    assert (dropped.kind, dropped.reason) == (Kind.WAITING_LIST, Reason.REPLACED)
    assert desk.announced == [dropped]


async def test_attending_and_more_registers_say_nothing_new() -> None:
    desk, cohort = FakeDesk(), a_cohort(*FOUR)
    await tell_cohorts(desk, cohort)
    await tell_places(desk, a_place("placed", cohort))
    before = desk.all()
    await tell_places(desk, *(a_place("attending", cohort, sequence=number) for number in (2, 3, 4)))
    assert desk.all() == before


async def test_two_sessions_missed_in_a_row_are_told_once_for_each_row_and_not_once_the_person_came() -> None:
    desk, cohort = FakeDesk(), a_cohort(*FOUR)
    await tell_cohorts(desk, cohort)
    await tell_places(desk, a_place("placed", cohort))

    async def miss(*rows: int, sequence: int) -> None:
        for number, missed in enumerate(rows, start=sequence):
            await tell_places(desk, replace(a_place("attending", cohort, sequence=number), missed_in_a_row=missed))

    await miss(1, 2, 3, sequence=2)
    [told] = [message for message in desk.all() if message.kind is Kind.MISSED_TWO]
    assert (told.due_at, told.useful_until) == (NOW, cohort.sessions[0].starts_at)
    await miss(0, sequence=5)
    assert [(message.kind, message.reason) for message in desk.announced] == [(Kind.MISSED_TWO, Reason.CAME_AGAIN)]
    await miss(1, 2, sequence=6)
    assert len([message for message in desk.all() if message.kind is Kind.MISSED_TWO]) == 2


async def test_who_missed_the_last_sessions_of_all_is_not_asked_to_the_next_one() -> None:
    desk, cohort = FakeDesk(), a_cohort(NOW - 2 * DAY, NOW - DAY)
    await tell_cohorts(desk, cohort)
    await tell_places(desk, replace(a_place("placed", cohort), missed_in_a_row=2))
    assert Kind.MISSED_TWO not in kinds(desk.all())


@pytest.mark.parametrize("status", ["completed", "below_completion", "never_started", "discontinued", "cut_short"])
async def test_a_place_that_has_ended_takes_back_what_was_not_sent(status: str) -> None:
    desk, cohort = FakeDesk(), a_cohort(*FOUR)
    await tell_cohorts(desk, cohort)
    await tell_places(desk, a_place("placed", cohort))
    await send_all_due(desk, now=NOW)
    await tell_places(desk, a_place(status, cohort, sequence=2))
    dropped = desk.with_status(Status.DROPPED)
    assert [message.reason for message in dropped] == [Reason.PLACE_ENDED] * 4
    assert desk.announced == dropped


async def test_a_status_we_do_not_know_tells_nothing_and_takes_nothing_back() -> None:
    desk, cohort = FakeDesk(), a_cohort(*FOUR)
    await tell_cohorts(desk, cohort)
    await tell_places(desk, a_place("placed", cohort))
    before = desk.all()
    assert await tell_places(desk, a_place("paused", cohort, sequence=2)) == [Done()]
    assert await tell_places(desk, a_place("attending", cohort, sequence=3)) == [Done()]
    assert desk.all() == before
    other = FakeDesk()
    assert await tell_places(other, a_place("paused")) == [Done()]
    assert other.all() == []


async def test_another_cohort_is_told_with_its_own_reminders_and_the_first_ones_are_taken_back() -> None:
    desk, first, second = FakeDesk(), a_cohort(*FOUR), a_cohort(*(start + DAY for start in FOUR), number=2)
    await tell_cohorts(desk, first, second)
    await tell_places(desk, a_place("placed", first))
    await send_all_due(desk, now=NOW)
    await tell_places(desk, a_place("placed", second, sequence=2))
    assert {message.cohort_id for message in desk.with_status(Status.PLANNED)} == {second.id}
    assert [message.kind for message in desk.with_status(Status.PLANNED)] == [Kind.PLACE_FOUND] + [Kind.SESSION_REMINDER] * 4
    assert {message.reason for message in desk.with_status(Status.DROPPED)} == {Reason.PLACE_CHANGED}
    await tell_places(desk, a_place("placed", first, sequence=3))
    planned = desk.with_status(Status.PLANNED)
    assert {message.cohort_id for message in planned} == {first.id}
    assert sum(message.kind is Kind.SESSION_REMINDER for message in planned) == 4


async def test_older_news_changes_nothing() -> None:
    desk, cohort = FakeDesk(), a_cohort(*FOUR)
    await tell_cohorts(desk, cohort)
    await tell_places(desk, a_place("placed", cohort, sequence=5))
    before = desk.all()
    assert await tell_places(desk, a_place("waiting", sequence=4), a_place("discontinued", sequence=5)) == [Done(), Done()]
    await tell_cohorts(desk, a_cohort(sequence=1))
    assert desk.all() == before


async def test_an_offer_is_told_with_its_link_until_it_ends_and_replaces_the_waiting_list() -> None:
    desk, cohort = FakeDesk(), a_cohort(*[start + 30 * DAY for start in FOUR])
    await tell_cohorts(desk, cohort)
    await tell_places(desk, a_place("waiting"))

    await tell_places(desk, an_offer(cohort))

    waiting, offered = desk.all()
    assert (waiting.kind, waiting.status, waiting.reason) == (Kind.WAITING_LIST, Status.DROPPED, Reason.REPLACED)
    assert (offered.kind, offered.due_at, offered.useful_until) == (Kind.PLACE_OFFERED, NOW, NOW + 5 * DAY)
    assert offered.facts == {"token": "t" * 43, "place_version": 2}


async def test_an_offer_of_a_cohort_not_heard_of_is_awaited() -> None:
    assert await tell_places(FakeDesk(), an_offer(a_cohort(*FOUR))) == [NotYet("unknown_cohort")]


async def test_who_accepts_hears_of_the_place_and_who_lets_an_offer_end_of_the_waiting_list() -> None:
    for status, reason, kind, after in (
        ("placed", None, Kind.PLACE_FOUND, None),
        ("waiting", "offer_expired", Kind.WAITING_LIST, "expired"),
        ("waiting", "offer_declined", Kind.WAITING_LIST, "declined"),
        ("declined", None, Kind.WAITING_LIST_LEFT, None),
    ):
        desk, cohort = FakeDesk(), a_cohort(*FOUR)
        await tell_cohorts(desk, cohort)
        await tell_places(desk, an_offer(cohort))
        place = a_place(status, cohort if status == "placed" else None, sequence=3)

        await tell_places(desk, replace(place, waiting_reason=reason))

        [offered] = [message for message in desk.all() if message.kind is Kind.PLACE_OFFERED]
        assert offered.status is Status.DROPPED
        [told] = [message for message in desk.all() if message.kind is kind]
        assert told.facts.get("after") == after
