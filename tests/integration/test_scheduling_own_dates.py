"""Somebody's own dates, by the link that enrolment told of."""

import json
from typing import Any
from uuid import UUID

from service_kit.ids import new_id
from support.kit_bench import eventually
from support.scheduling_bench import SchedulingBench, scheduling

__all__ = ["scheduling"]

TOKEN = "own-" + "t" * 39
LINK = new_id()


async def tell_link(bench: SchedulingBench, participant_id: UUID, **changes: Any) -> None:
    body = {
        "link_id": str(LINK),
        "sequence": 1,
        "participant_id": str(participant_id),
        "purpose": "own_page",
        "token": TOKEN,
        "status": "issued",
        "expires_at": "2036-01-01T00:00:00Z",
        "changed_at": "2026-11-23T09:00:00Z",
    } | changes
    await bench.tell("enrolment.link.changed.v1", "enrolment.link.changed.v1.07", LINK, body)


async def until(bench: SchedulingBench, status: int) -> Any:
    """The answer to the link, once it has this status."""

    async def answered() -> Any:
        answer = await bench.http.get(f"/scheduling/me/{TOKEN}/part")
        return answer if answer.status_code == status else None

    return await eventually(answered)


async def test_a_link_shows_the_dates_of_its_person_until_it_ends(scheduling: SchedulingBench) -> None:
    await scheduling.site()
    await scheduling.cohort()
    person = new_id()
    await scheduling.enrol(person)
    await scheduling.told("scheduling.place.changed.v1")
    assert (await scheduling.http.get(f"/scheduling/me/{TOKEN}/part")).status_code == 410
    await tell_link(scheduling, person)
    page = await until(scheduling, 200)
    assert page.text.count("I cannot come") == 12
    assert "Ni allaf ddod" in (await scheduling.http.get(f"/scheduling/me/{TOKEN}/part?lang=cy")).text
    [row] = await scheduling.query("SELECT * FROM own_links")
    assert TOKEN not in str(dict(row))
    await tell_link(scheduling, person, sequence=2, status="revoked", token=None)
    await until(scheduling, 410)


async def test_a_link_from_before_a_merge_shows_the_dates_of_whom_its_person_is_now(scheduling: SchedulingBench) -> None:
    await scheduling.site()
    await scheduling.cohort()
    survivor, merged = new_id(), new_id()
    await scheduling.enrol(survivor)
    await scheduling.told("scheduling.place.changed.v1")
    await tell_link(scheduling, merged)
    assert "You have no dates yet" in (await until(scheduling, 200)).text

    async def stand(sequence: int, status: str, into: UUID | None = None) -> None:
        body = {
            "participant_id": str(merged),
            "sequence": sequence,
            "status": status,
            "merged_into": str(into) if into else None,
            "changed_at": "2026-11-23T09:00:00Z",
        }
        await scheduling.tell("enrolment.person.changed.v1", "enrolment.person.changed.v1.07", merged, body)

    async def shows(words: str) -> bool:
        return words in (await scheduling.http.get(f"/scheduling/me/{TOKEN}/part")).text

    await stand(2, "merged", survivor)
    assert await eventually(lambda: shows("I cannot come"))
    await stand(3, "active")
    assert await eventually(lambda: shows("You have no dates yet"))
    await stand(4, "deceased")
    await until(scheduling, 410)


async def test_a_link_shows_the_goals_how_they_stood_and_what_was_done_last_at_each_station(scheduling: SchedulingBench) -> None:
    await scheduling.site()
    await scheduling.cohort()
    person = new_id()
    await scheduling.enrol(person)
    await scheduling.told("scheduling.place.changed.v1")
    sessions = await scheduling.query("SELECT session_id FROM sessions ORDER BY starts_at")
    [place] = await scheduling.query("SELECT place_id FROM places")

    async def enter(session: int, kind: str, slot: str, **content: Any) -> None:
        await scheduling.query(
            "INSERT INTO register_entries (entry_id, session_id, place_id, kind, slot, content, reason, made_by, made_by_name,"
            " made_at, received_at, standing) VALUES ($1, $2, $3, $4, $5, $6, '', $1, 'Kim', now(), now(), 'current')",
            new_id(),
            sessions[session]["session_id"],
            place["place_id"],
            kind,
            f"{kind} {slot}",
            json.dumps(content),
        )

    done = {"station": "sit-to-stand", "seconds": None, "effort": None, "pain": None, "note": "", "removed": False}
    await enter(0, "goals", "a", goals="Walk to the shop", action_plan="Twice a week")
    await enter(0, "exercise", "a", **done, level="low chair", repetitions=8)
    await enter(11, "exercise", "b", **done, level="", repetitions=12)
    await enter(11, "review", "b", goals_met="met", review="Every day now")
    await tell_link(scheduling, person)
    page = (await until(scheduling, 200)).text
    for words in ("Walk to the shop", "Twice a week", "You reached them.", "Every day now", "Sit to stand, 12 times"):
        assert words in page
    assert "low chair" not in page
    assert "12 gwaith" in (await scheduling.http.get(f"/scheduling/me/{TOKEN}/part?lang=cy")).text


async def test_who_cannot_come_says_so_once_and_only_about_their_own_dates(scheduling: SchedulingBench) -> None:
    await scheduling.site()
    cohort = await scheduling.cohort()
    person = new_id()
    await scheduling.enrol(person)
    await scheduling.told("scheduling.place.changed.v1")
    await tell_link(scheduling, person)
    await until(scheduling, 200)
    sessions = await scheduling.query("SELECT session_id FROM sessions ORDER BY starts_at")
    path = f"/scheduling/me/{TOKEN}/sessions/{sessions[0]['session_id']}/cannot-come"
    for _ in range(2):
        assert (await scheduling.http.post(path)).headers["location"] == f"/enrolment/me/{TOKEN}"
    [task] = await scheduling.query("SELECT * FROM tasks")
    assert (task["kind"], str(task["cohort_id"]), task["participant_id"]) == ("cannot_come", cohort["cohort_id"], person)
    assert "You told us that you cannot come." in (await scheduling.http.get(f"/scheduling/me/{TOKEN}/part")).text
    assert (await scheduling.http.post(f"/scheduling/me/{TOKEN}/sessions/{new_id()}/cannot-come")).status_code == 404
    assert (await scheduling.http.post(path.replace(TOKEN, "x" * 43))).status_code == 410
