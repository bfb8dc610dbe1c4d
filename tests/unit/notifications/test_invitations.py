"""Sessions in a person's calendar: two outside readers find the same, and what changes finds its way there."""

import json
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from uuid import UUID

import icalendar
import pytest

from notifications.domain.cohort import Cohort, Session
from notifications.domain.message import Kind, Message
from notifications.templates.invitations import invitations_of
from notifications.use_cases.provider import Calendar

NOW = datetime(2026, 12, 7, 10, 0, tzinfo=UTC)
FIRST = datetime(2027, 3, 8, 10, 0, tzinfo=UTC)
JUDGE = Path(__file__).parents[2] / "contract" / "calendar_judge"


def a_cohort(number: int = 99, *, sequence: int = 1) -> Cohort:
    """Twelve sessions, over the night on which the clocks go forward."""
    sessions = tuple(
        Session(
            id=UUID(int=number * 100 + index),
            number=index + 1,
            starts_at=FIRST + timedelta(days=7 * (index // 2) + 3 * (index % 2)),
            status="planned",
            ends_at=FIRST + timedelta(days=7 * (index // 2) + 3 * (index % 2), hours=1),
        )
        for index in range(12)
    )
    return Cohort(
        id=UUID(int=number), sequence=sequence, site_name="Tŷ Gwyn, Wandsworth; hall 2", status="open", sessions=sessions
    )


def a_message(kind: Kind = Kind.PLACE_FOUND, *, cohort: Cohort, **facts: object) -> Message:
    return Message(
        id=UUID(int=1),
        participant_id=UUID(int=7),
        kind=kind,
        about_id="a",
        cohort_id=cohort.id,
        facts=facts,
        due_at=NOW,
        useful_until=NOW,
        planned_at=NOW,
        changed_at=NOW,
    )


def invited(message: Message, *cohorts: Cohort) -> Sequence[Calendar]:
    return invitations_of(
        message=message,
        cohorts={cohort.id: cohort for cohort in cohorts},
        summary="Your group session",
        attendee="mary@example.org",
        organiser="limber@example.org",
        now=NOW,
    )


def events(calendar: Calendar) -> list[icalendar.Event]:
    return list(icalendar.Calendar.from_ical(calendar.text).events)


def change(cohort: Cohort, index: int, now_at: datetime | None) -> dict[str, object]:
    session = cohort.sessions[index]
    return {"session_id": str(session.id), "was_at": FIRST.isoformat(), "now_at": now_at.isoformat() if now_at else None}


def test_a_place_puts_each_session_into_the_calendar_with_a_uid_of_its_own() -> None:
    cohort = a_cohort()
    [calendar] = invited(a_message(cohort=cohort), cohort)
    found = events(calendar)
    assert calendar.method == "REQUEST"
    assert [event.start for event in found] == [session.starts_at for session in cohort.sessions]
    assert all(event.end - event.start == timedelta(hours=1) for event in found)
    assert len({event["uid"] for event in found}) == 12
    assert {event["sequence"] for event in found} == {1}


def test_a_session_that_moves_keeps_its_uid_and_its_sequence_rises() -> None:
    before = a_cohort()
    moved = replace(before.sessions[3], starts_at=FIRST + timedelta(days=11, hours=2))
    after = replace(before, sequence=5, sessions=(*before.sessions[:3], moved, *before.sessions[4:]))
    first = events(invited(a_message(cohort=before), before)[0])[3]
    message = a_message(Kind.SESSION_CHANGED, cohort=after, changes=[change(after, 3, moved.starts_at)])
    [calendar] = invited(message, after)
    [again] = events(calendar)
    assert (calendar.method, again["uid"], again.start) == ("REQUEST", first["uid"], moved.starts_at)
    assert int(str(again["sequence"])) > int(str(first["sequence"]))


@pytest.mark.parametrize("kind", [Kind.SESSION_CHANGED, Kind.SESSION_CANCELLED_TODAY])
def test_a_session_that_is_cancelled_leaves_the_calendar(kind: Kind) -> None:
    cohort = a_cohort(sequence=4)
    [calendar] = invited(a_message(kind, cohort=cohort, changes=[change(cohort, 0, None)]), cohort)
    [event] = events(calendar)
    assert (calendar.method, event["status"], event["sequence"]) == ("CANCEL", "CANCELLED", 4)


def test_who_moves_to_another_cohort_gets_its_sessions_and_loses_the_old_ones() -> None:
    left, joined = a_cohort(50, sequence=3), a_cohort(60)
    moves = a_message(cohort=joined, left_cohort_id=str(left.id), place_version=1)
    request, cancel = invited(moves, left, joined)
    assert (request.method, cancel.method) == ("REQUEST", "CANCEL")
    assert {event["sequence"] for event in events(cancel)} == {4}
    assert {event["uid"] for event in events(request)}.isdisjoint(event["uid"] for event in events(cancel))


def test_who_leaves_a_cohort_and_comes_back_to_it_has_its_sessions_again_whatever_name_they_bear_since() -> None:
    one, other = a_cohort(50, sequence=3), a_cohort(60, sequence=9)
    place = UUID(int=70)

    def found(version: int, cohort: Cohort, left: Cohort | None = None, *, person: int = 7) -> list[Calendar]:
        message = a_message(cohort=cohort, place_version=version, left_cohort_id=str(left.id) if left else None)
        return list(invited(replace(message, place_id=place, participant_id=UUID(int=person)), one, other))

    placed = found(1, one)[0]
    gone = found(2, other, one)[1]
    again = found(3, one, other, person=8)[0]
    assert [calendar.method for calendar in (placed, gone, again)] == ["REQUEST", "CANCEL", "REQUEST"]
    told = [
        [(str(event["uid"]), int(str(event["sequence"]))) for event in events(calendar)] for calendar in (placed, gone, again)
    ]
    assert [{uid for uid, _ in one} for one in told] == [{uid for uid, _ in told[0]}] * 3
    for before, after in pairwise(told):
        assert all(later > earlier for (_, earlier), (_, later) in zip(before, after, strict=True))


def test_other_messages_bring_no_calendar() -> None:
    cohort = a_cohort()
    assert all(not invited(a_message(kind, cohort=cohort), cohort) for kind in (Kind.SESSION_REMINDER, Kind.WAITING_LIST))


def test_ical_js_reads_the_same_occurrences() -> None:
    if shutil.which("node") is None or not (JUDGE / "node_modules").is_dir():
        pytest.skip("Node or the outside judge of calendars is missing: npm ci --prefix tests/contract/calendar_judge")
    cohort = a_cohort()
    [calendar] = invited(a_message(cohort=cohort), cohort)
    read = subprocess.run(
        ["node", str(JUDGE / "read.mjs")],  # noqa: S607 - node from the path, as a developer would
        input=calendar.text,
        capture_output=True,
        text=True,
        check=True,
    )
    theirs = [
        (one["uid"], datetime.fromisoformat(one["start"]), one["sequence"], one["location"]) for one in json.loads(read.stdout)
    ]
    ours = [(str(event["uid"]), event.start, event["sequence"], str(event["location"])) for event in events(calendar)]
    assert theirs == ours
    assert len(theirs) == 12
