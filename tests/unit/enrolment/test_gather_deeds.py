"""What the rows of other services say of who did what to a person."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from enrolment.domain.audit import STAFF, Actor, Entry
from enrolment.use_cases.gather_deeds import deeds_in, gather_deeds

SAM = "0193590a-5c00-7000-8000-0000000000aa"
KNOWN = {SAM: ("Sam", "facilitator")}
PERSON = UUID("0193590a-5c00-7000-8000-000000000001")


def row(**columns: Any) -> dict[str, Any]:
    return {"task_id": "t-1", "outcome": "words that stay where they are"} | columns


def test_a_row_tells_who_did_what_when_and_nothing_that_was_written() -> None:
    done = row(finished_by="x", finished_by_name="Fay", finished_at="2026-11-24T10:00:00+00:00", kind="cannot_come")
    [deed] = deeds_in("scheduling", {"tasks": [done]}, staff=KNOWN)
    assert (deed.service, deed.actor.name, deed.deed, deed.about) == ("scheduling", "Fay", "finished_tasks", "t-1")
    assert deed.details == {"kind": "cannot_come"}
    assert deed.at == datetime(2026, 11, 24, 10, tzinfo=UTC)


def test_an_id_is_the_member_of_staff_that_it_is_and_oneself_the_person() -> None:
    rows = [{"entered_by": who, "entered_at": "2026-11-24T10:00:00+00:00"} for who in (SAM, "participant", "outcomes")]
    actors = [each.actor for each in deeds_in("outcomes", {"assessments": rows}, staff=KNOWN)]
    assert actors == [
        Actor(kind=STAFF, name="Sam", role="facilitator"),
        Actor(kind="person", name="the person"),
        Actor(kind="system", name="outcomes"),
    ]


def test_what_nobody_did_and_a_date_to_answer_by_are_no_deeds() -> None:
    rows = [
        row(finished_by=None, finished_at=None, answer_by="2026-11-24T10:00:00+00:00", changed_at="2026-11-24T10:00:00+00:00")
    ]
    assert list(deeds_in("scheduling", {"offers": rows}, staff=KNOWN)) == []


async def test_all_services_deeds_are_in_order_and_a_service_that_is_silent_is_named() -> None:
    async def others(ids: Any) -> dict[str, Any]:
        assert ids == [PERSON]
        taken = {"attendance": [{"recorded_by": SAM, "recorded_at": "2026-11-24T08:00:00+00:00"}]}
        return {"scheduling": taken, "outcomes": None, "notifications": {}}

    own = [Entry(at=datetime(2026, 11, 24, 9, tzinfo=UTC), actor=Actor(kind=STAFF, name="Kim"), deed="corrected")]
    found = await gather_deeds([PERSON], own=own, others=others, staff=KNOWN)
    assert [(each.service, each.deed) for each in found.deeds] == [
        ("scheduling", "recorded_attendance"),
        ("enrolment", "corrected"),
    ]
    assert found.missing == ["outcomes"]
