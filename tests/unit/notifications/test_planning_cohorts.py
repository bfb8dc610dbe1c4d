"""What follows a cohort that changes: moved, cancelled and added sessions."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notifications.domain.cohort import Session
from notifications.domain.message import Kind, Status
from notifications.domain.place import Place
from support.notifications_fakes import FakeDesk
from support.notifications_planning import DAY, FOUR, NOW, a_cohort, a_place, an_offer, send_all_due, tell_cohorts, tell_places


async def test_a_moved_session_is_told_at_once_and_its_reminder_moves_with_it() -> None:
    desk, cohort = FakeDesk(), a_cohort(*FOUR)
    await tell_cohorts(desk, cohort)
    await tell_places(desk, a_place("placed", cohort))
    first, *rest = cohort.sessions
    moved = replace(cohort, sequence=2, sessions=(replace(first, starts_at=first.starts_at + DAY), *rest))
    await tell_cohorts(desk, moved)
    [changed] = [message for message in desk.all() if message.kind is Kind.SESSION_CHANGED]
    assert (changed.due_at, changed.useful_until) == (NOW, first.starts_at + DAY)
    reminders = [message for message in desk.all() if message.session_id == first.id]
    assert [(r.status, r.due_at) for r in reminders] == [(Status.PLANNED, first.starts_at)]


async def test_a_session_that_moves_after_its_reminder_was_sent_is_reminded_of_again() -> None:
    desk, cohort = FakeDesk(), a_cohort(*FOUR)
    await tell_cohorts(desk, cohort)
    await tell_places(desk, a_place("placed", cohort))
    first, *rest = cohort.sessions
    soon = first.starts_at - timedelta(hours=20)
    await send_all_due(desk, now=soon)
    moved = replace(cohort, sequence=2, sessions=(replace(first, starts_at=first.starts_at + 30 * DAY), *rest))
    await tell_cohorts(desk, moved, now=soon)
    reminders = [message for message in desk.all() if message.session_id == first.id]
    assert [reminder.status for reminder in reminders] == [Status.SENT, Status.PLANNED]
    assert len({reminder.about_id for reminder in reminders}) == 2


async def test_two_moves_in_one_night_are_told_as_one_and_there_and_back_not_at_all() -> None:
    desk, cohort = FakeDesk(), a_cohort(*FOUR)
    await tell_cohorts(desk, cohort)
    await tell_places(desk, a_place("placed", cohort))
    first, *rest = cohort.sessions
    for sequence, days in ((2, 1), (3, 2), (4, 0)):
        await tell_cohorts(
            desk, replace(cohort, sequence=sequence, sessions=(replace(first, starts_at=first.starts_at + days * DAY), *rest))
        )
        told = [m for m in desk.with_status(Status.PLANNED) if m.kind is Kind.SESSION_CHANGED]
        assert len(told) == (1 if days else 0)
        if days:
            [change] = told[0].facts["changes"]
            assert change["was_at"] == first.starts_at.isoformat()
            assert change["now_at"] == (first.starts_at + days * DAY).isoformat()


@pytest.mark.parametrize("place_first", [True, False])
async def test_of_a_cancelled_cohort_its_people_hear_once_with_what_becomes_of_their_place(*, place_first: bool) -> None:
    desk, cohort = FakeDesk(), a_cohort(*FOUR)
    await tell_cohorts(desk, cohort)
    await tell_places(desk, a_place("placed", cohort))
    await send_all_due(desk, now=NOW)
    sent = len(desk.with_status(Status.SENT))
    cancelled = replace(cohort, sequence=2, status="cancelled")
    waits = replace(a_place("waiting", sequence=2), waiting_reason="cohort_cancelled")
    if place_first:
        await tell_places(desk, waits)
    await tell_cohorts(desk, cancelled)
    await send_all_due(desk, now=NOW)
    if not place_first:
        await tell_places(desk, waits)
        await send_all_due(desk, now=NOW)
    [told] = desk.with_status(Status.SENT)[sent:]
    left = {"after": "cancelled", "left_cohort_id": str(cohort.id), "place_version": 2}
    assert (told.kind, told.facts) == (Kind.WAITING_LIST, left)
    assert not [m for m in desk.all() if m.is_open]


async def test_who_is_offered_a_place_elsewhere_because_the_cohort_is_cancelled_hears_why() -> None:
    desk, cohort, other = FakeDesk(), a_cohort(*FOUR), a_cohort(*FOUR, number=2)
    await tell_cohorts(desk, cohort, other)
    await tell_places(desk, a_place("placed", cohort))
    await tell_places(desk, an_offer(other))
    [offered] = [m for m in desk.all() if m.kind is Kind.PLACE_OFFERED]
    assert (offered.facts["after"], offered.facts["left_cohort_id"]) == ("cancelled", str(cohort.id))


@pytest.mark.parametrize("place_first", [True, False])
async def test_of_sessions_cancelled_with_the_rest_of_a_running_cohort_its_people_hear_once(*, place_first: bool) -> None:
    desk, cohort = FakeDesk(), a_cohort(*FOUR)
    await tell_cohorts(desk, cohort)
    await tell_places(desk, a_place("attending", cohort))
    await send_all_due(desk, now=NOW)
    sessions = tuple(replace(one, status="cancelled") for one in cohort.sessions)
    if place_first:
        await tell_places(desk, a_place("cut_short", cohort, sequence=2))
    await tell_cohorts(desk, replace(cohort, sequence=2, status="finished", sessions=sessions))
    if not place_first:
        await tell_places(desk, a_place("cut_short", cohort, sequence=2))
    [changed] = [m for m in desk.all() if m.is_open]
    assert (changed.kind, len(changed.facts["changes"])) == (Kind.SESSION_CHANGED, 4)


async def test_only_people_in_the_cohort_hear_of_its_changes() -> None:
    desk, cohort = FakeDesk(), a_cohort(*FOUR)
    await tell_cohorts(desk, cohort)
    await tell_places(desk, a_place("placed", cohort))
    await tell_places(desk, a_place("discontinued", cohort, sequence=2))
    await tell_cohorts(desk, replace(cohort, sequence=2, status="cancelled"))
    assert not [message for message in desk.all() if message.kind is Kind.SESSION_CHANGED]


async def test_registers_that_are_held_one_by_one_tell_nobody_anything() -> None:
    desk, cohort = FakeDesk(), a_cohort(*FOUR)
    await tell_cohorts(desk, cohort)
    await tell_places(desk, a_place("placed", cohort))
    later = FOUR[0] + timedelta(hours=2)
    await send_all_due(desk, now=later)
    before = desk.all()
    first, *rest = cohort.sessions
    await tell_cohorts(
        desk, replace(cohort, sequence=2, status="running", sessions=(replace(first, status="held"), *rest)), now=later
    )
    assert desk.all() == before


async def test_a_session_that_is_added_is_told_and_reminded_of() -> None:
    desk, cohort = FakeDesk(), a_cohort(*FOUR)
    await tell_cohorts(desk, cohort)
    await tell_places(desk, a_place("placed", cohort))
    added = Session(id=UUID(int=9999), number=5, starts_at=NOW + 20 * DAY, status="planned")

    await tell_cohorts(desk, replace(cohort, sequence=2, sessions=(*cohort.sessions, added)))

    [changed] = [message for message in desk.all() if message.kind is Kind.SESSION_CHANGED]
    assert [(change["was_at"], change["now_at"]) for change in changed.facts["changes"]] == [(None, (NOW + 20 * DAY).isoformat())]
    assert changed.useful_until == NOW + 20 * DAY
    assert [message for message in desk.all() if message.session_id == added.id]


STATUSES = st.sampled_from(["waiting", "placed", "attending", "discontinued", "paused"])


HISTORIES = st.lists(st.tuples(STATUSES, st.integers(0, 1), st.integers(0, 3), st.booleans()), max_size=8)


@settings(deadline=None)
@given(HISTORIES, st.randoms())
async def test_whatever_happens_in_whichever_groups_and_order_what_is_open_fits_the_newest_news(
    history: list[tuple[str, int, int, bool]], order: object
) -> None:
    desk = FakeDesk()
    cohorts = [a_cohort(*FOUR), a_cohort(*(start + DAY for start in FOUR), number=2)]
    await tell_cohorts(desk, *cohorts)
    newest: Place | None = None
    for sequence, (status, which, moved, sent) in enumerate(history, 1):
        place = a_place(status, None if status == "waiting" else cohorts[which], sequence=sequence)
        await tell_places(desk, place)
        newest = place.after(newest)
        first, *rest = cohorts[which].sessions
        cohorts[which] = replace(
            cohorts[which], sequence=sequence + 1, sessions=(replace(first, starts_at=FOUR[0] + moved * DAY), *rest)
        )
        await tell_cohorts(desk, cohorts[which])
        if sent:
            await send_all_due(desk, now=NOW)
    reminders = [m for m in desk.all() if m.is_open and m.kind is Kind.SESSION_REMINDER]
    in_cohort = [c for c in cohorts if newest and newest.status in {"placed", "attending"} and c.id == newest.cohort_id]
    expected = {(session.id, session.starts_at) for cohort in in_cohort for session in cohort.sessions}
    assert {(m.session_id, m.useful_until) for m in reminders} == expected
    assert len(reminders) == len(expected)
    keys = [(m.kind, m.about_id) for m in desk.all()]
    assert len(keys) == len(set(keys))
