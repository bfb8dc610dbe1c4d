"""What may not be: over HTTP each is a clear error that names the rule, and nothing is stored."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from support.kit_bench import eventually
from support.scheduling_bench import HARBOUR, SchedulingBench, a_cohort, scheduling

__all__ = ["scheduling"]

_STORED = ("cohorts", "sessions", "bookings", "attendance", "register_entries", "outbox")
THEMES = [[code] for code in ("welcome", "osteoarthritis", "causes-of-pain", "goals", "pacing", "weight", "eating")]


async def stored(scheduling: SchedulingBench) -> dict[str, Any]:
    return {table: await scheduling.query(f"SELECT count(*), max(xmin::text::bigint) FROM {table}") for table in _STORED}  # noqa: S608 - names from above


async def refused(scheduling: SchedulingBench, method: str, path: str, body: object) -> tuple[int, str]:
    """The answer to something that changes nothing, by what is stored before and after."""
    before = await stored(scheduling)
    answer = await scheduling.call(method, path, body)
    assert await stored(scheduling) == before
    return answer.status_code, answer.json()["error"]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"starts_on": "2027-01-11"}, "starts_on must not be in the past: the first session would be 2027-01-11."),
        ({"sessions": 9}, "sessions must be between 10 and 12 for this programme."),
        ({"sessions": 13}, "sessions must be between 10 and 12 for this programme."),
        ({"themes": [*THEMES, *[["weight"]] * 5]}, "themes must all be covered: the cohort would miss Relaxation, mood and pain"),
        ({"weekdays": ["mon", "mon"]}, "weekdays must be 2 different days."),
        ({"weekdays": ["mon", "tue"]}, "weekdays must not be next to each other."),
        ({"weekdays": ["sun", "mon"]}, "weekdays must not be next to each other."),
        ({"weekdays": ["mon"]}, "weekdays must be 2 different days."),
        ({"lead_id": str(UUID(int=404))}, "lead_id must be a facilitator who is known here."),
    ],
)
async def test_a_cohort_that_breaks_a_rule_is_not_opened(
    scheduling: SchedulingBench, changes: dict[str, Any], sentence: str
) -> None:
    await scheduling.site()
    status, error = await refused(scheduling, "POST", "/cohorts", a_cohort(**changes))
    assert (status, error.startswith(sentence)) == (422, True), error


async def test_a_lead_whose_credential_expires_during_the_cohort_does_not_open_it(scheduling: SchedulingBench) -> None:
    await scheduling.site()
    facilitator_id = uuid4()
    await scheduling.call("PUT", f"/facilitators/{facilitator_id}", {"name": "Kim Ali", "kind": "clinician"})
    credential = {
        "programmes": ["escape-pain-knee-hip"],
        "route": "course",
        "prerequisites": ["qualification", "first_aid", "safeguarding"],
        "issued_on": "2026-01-05",
        "expires_on": "2027-03-01",
    }
    await scheduling.call("PUT", f"/facilitators/{facilitator_id}/credentials/{uuid4()}", credential)
    status, error = await refused(scheduling, "POST", "/cohorts", a_cohort(lead_id=str(facilitator_id)))
    assert (status, "that of Kim Ali ends on 2027-03-01, the last session is on 2027-03-11" in error) == (422, True)


@pytest.mark.parametrize("status", ["planned", "in_training", "paused"])
async def test_a_site_that_is_not_live_takes_no_cohort(scheduling: SchedulingBench, status: str) -> None:
    await scheduling.site()
    await scheduling.call("PUT", "/sites/meadow", HARBOUR | {"name": "Meadow", "status": status})
    lead = await scheduling.lead(sites=[])
    code, error = await refused(scheduling, "POST", "/cohorts", a_cohort(site_id="meadow", lead_id=lead))
    assert (code, error) == (422, f"site_id must be a live site: Meadow is {status.replace('_', ' ')}.")


async def test_sessions_do_not_overlap(scheduling: SchedulingBench) -> None:
    await scheduling.site()
    lead = await scheduling.lead()
    opened = await scheduling.cohort(lead_id=lead)
    first, second = opened["sessions"][:2]
    on_the_second = {"starts_on": second["starts_at"][:10], "starts_at": "10:30"}
    path = f"/sessions/{first['session_id']}/move"
    assert await refused(scheduling, "POST", path, on_the_second) == (
        422,
        "starts_at must not overlap another session: it would overlap number 2.",
    )
    code, error = await refused(scheduling, "POST", "/cohorts", a_cohort(lead_id=lead, starts_at="10:30"))
    assert (code, error) == (422, "lead_id must be free: Robin Example is booked on Monday 1 February 2027 at 10:00.")
    same_room = a_cohort(lead_id=await scheduling.lead(), room=opened["room"])
    code, error = await refused(scheduling, "POST", "/cohorts", same_room)
    assert (code, "is booked on Monday 1 February 2027 at 10:00" in error) == (422, True)


async def test_a_register_waits_for_its_session(scheduling: SchedulingBench) -> None:
    await scheduling.site()
    opened = await scheduling.cohort()
    person = await scheduling.enrol()
    await scheduling.told("scheduling.place.changed.v1")
    register = f"/sessions/{opened['sessions'][0]['session_id']}/register"
    body = {"entries": [{"participant_id": str(person), "status": "present"}]}
    assert await refused(scheduling, "PUT", register, body) == (
        422,
        "session_id must be a session that has begun: number 1 has not.",
    )


async def test_an_expired_offer_takes_no_answer(scheduling: SchedulingBench) -> None:
    await scheduling.site()
    await scheduling.enrol()
    await scheduling.told("scheduling.place.changed.v1")
    await scheduling.cohort()
    told = (await scheduling.told("scheduling.place.changed.v1", at_least=2))[-1]
    await scheduling.travel_to(datetime.fromisoformat(told["offered_until"]) + timedelta(seconds=1))

    async def has_expired() -> bool:
        return bool(await scheduling.query("SELECT 1 FROM offers WHERE status = 'expired'"))

    await eventually(has_expired)
    code, error = await refused(scheduling, "POST", f"/places/{told['place_id']}/answer", {"answer": "accepted"})
    assert (code, error.startswith("This offer ended on ")) == (409, True)
    assert (await scheduling.query("SELECT status, waiting_reason FROM places"))[0]["waiting_reason"] == "offer_expired"
