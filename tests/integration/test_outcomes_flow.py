"""Outcomes on real servers: from a place to results and signposts."""

from datetime import timedelta

import pytest

from support.outcomes_bench import STAFF_TOKEN, OutcomesBench, Participant, bearer, eventually, outcomes

__all__ = ["outcomes"]

CHANGED = "outcomes.questionnaire.changed.v1"
SCORED = "outcomes.assessment.scored.v1"
ISSUED = "outcomes.signposting.issued.v1"
KOOS_12 = ("P1", "P5", "P6", "P8", "A3", "A4", "A7", "SP4", "Q1", "Q2", "Q3", "Q4")


def answers(*, pain: int, knee: int, minutes: int = 20, stands: int | None = 10) -> dict[str, dict[str, int | bool]]:
    measured: dict[str, dict[str, int | bool]] = (
        {"CHAIR-STAND": {"count": stands, "arms_used": False}} if stands is not None else {}
    )
    return {"NRS": {"pain": pain}, "KOOS-12": dict.fromkeys(KOOS_12, knee), "ACTIVITY": {"minutes": minutes}} | measured


async def enter(
    bench: OutcomesBench, questionnaire_id: object, given: dict[str, dict[str, int | bool]], *, reason: str | None = None
) -> dict[str, object]:
    response = await bench.client.post(
        f"/outcomes/questionnaires/{questionnaire_id}/answers",
        json={"answers": given, "reason": reason},
        headers=bearer(STAFF_TOKEN),
    )
    assert response.status_code == 200, response.text
    found: dict[str, object] = response.json()
    return found


async def test_a_place_leads_to_a_baseline_an_end_a_change_and_signposts(outcomes: OutcomesBench) -> None:
    person = Participant()
    await outcomes.tell_person(person)
    await outcomes.tell_enrolment(person)
    await outcomes.tell_place(person)
    baseline = await outcomes.questionnaire(person, "baseline", "due")
    end = await outcomes.questionnaire(person, "end", "planned")
    [told] = await outcomes.published(CHANGED)
    assert (told["status"], told["token"], told["time_point"]) == ("due", baseline["token"], "baseline")

    await enter(outcomes, baseline["questionnaire_id"], answers(pain=7, knee=3))
    await outcomes.move_clock(timedelta(days=50))
    await outcomes.questionnaire(person, "end", "due")
    results = await enter(outcomes, end["questionnaire_id"], answers(pain=4, knee=2, minutes=90, stands=14))

    changes = {(c["instrument"], c["scale"]): c for c in results["changes"]}  # type: ignore[attr-defined]  # JSON
    assert changes["NRS", "pain"] == {"instrument": "NRS", "scale": "pain", "change": -3.0, "important": True}
    assert changes["KOOS-12", "summary"]["change"] == 25
    assert changes["KOOS-12", "summary"]["important"] is None
    assert changes["CHAIR-STAND", "stands"]["important"] is True
    scored = await outcomes.published(SCORED, at_least=2)
    assert [one["time_point"] for one in scored] == ["baseline", "end"]
    [issued] = await outcomes.published(ISSUED)
    assert issued["signposts"]
    assert [one["status"] for one in await outcomes.published(CHANGED, at_least=4)] == ["due", "completed", "due", "completed"]
    audit = await outcomes.audit()
    assert audit == {
        "funnel": {
            "questionnaires_due": 0,
            "questionnaires_asked": 2,
            "baseline_completed": 1,
            "end_completed": 1,
            "assessed": 1,
            "missed": 0,
            "late": 0,
            "reminders": 0,
            "cancelled": 0,
            "signposted": 1,
        },
        "problems": [],
    }


async def test_a_place_told_before_its_enrolment_waits_for_it(outcomes: OutcomesBench) -> None:
    person = Participant()
    await outcomes.tell_place(person)
    await eventually(lambda: outcomes.query("SELECT 1 FROM held WHERE reason LIKE '%unknown_enrolment%'"))
    await outcomes.tell_enrolment(person)
    await outcomes.questionnaire(person, "baseline", "due")


async def test_a_questionnaire_nobody_answers_is_missed_and_who_got_to_the_end_is_signposted_all_the_same(
    outcomes: OutcomesBench,
) -> None:
    person = Participant()
    await outcomes.tell_enrolment(person, joints=["hip"])
    await outcomes.tell_place(person, status="completed", sessions_attended=10, sessions_run=12)
    await outcomes.questionnaire(person, "end", "planned")
    await outcomes.move_clock(timedelta(days=49 + 29))
    await outcomes.questionnaire(person, "baseline", "missed")
    await outcomes.questionnaire(person, "end", "missed")
    await outcomes.published(ISSUED)
    audit = await outcomes.audit()
    assert (audit["funnel"]["missed"], audit["funnel"]["signposted"], audit["problems"]) == (2, 1, [])


async def test_who_leaves_is_asked_nothing_more(outcomes: OutcomesBench) -> None:
    left, withdrew = Participant(), Participant()
    for person in (left, withdrew):
        await outcomes.tell_enrolment(person)
        await outcomes.tell_place(person)
        await outcomes.questionnaire(person, "baseline", "due")
    await outcomes.tell_place(left, status="discontinued")
    await outcomes.tell_enrolment(withdrew, status="withdrawn")
    for person in (left, withdrew):
        await outcomes.questionnaire(person, "baseline", "cancelled")
        await outcomes.questionnaire(person, "end", "cancelled")
    told = await outcomes.published(CHANGED, at_least=4)
    assert sorted(one["status"] for one in told) == ["cancelled", "cancelled", "due", "due"]
    assert all(one["token"] is None for one in told if one["status"] == "cancelled")


async def test_the_end_is_replanned_when_the_last_session_moves(outcomes: OutcomesBench) -> None:
    person = Participant()
    await outcomes.tell_enrolment(person)
    await outcomes.tell_place(person)
    before = await outcomes.questionnaire(person, "end", "planned")
    moved = before["due_at"] + timedelta(days=3)
    await outcomes.tell_place(person, last_session_at=moved)
    after = await eventually(
        lambda: outcomes.query("SELECT * FROM questionnaires WHERE questionnaire_id = $1 AND due_at = $2", before[0], moved)
    )
    assert after[0]["closes_at"] == moved + timedelta(days=28)
    assert len(await outcomes.published(CHANGED)) == 1


async def test_an_older_fact_never_undoes_a_newer_one(outcomes: OutcomesBench) -> None:
    person, other = Participant(), Participant()
    await outcomes.tell_enrolment(person, sequence=5, status="withdrawn")
    await outcomes.tell_enrolment(person, sequence=4, status="enrolled")
    await outcomes.tell_place(person)
    await outcomes.tell_enrolment(other)
    await outcomes.tell_place(other, sequence=9, status="discontinued")
    await outcomes.tell_place(other, sequence=3, status="placed")
    third = Participant()
    await outcomes.tell_enrolment(third)
    await outcomes.tell_place(third)
    await outcomes.questionnaire(third, "baseline", "due")
    assert await outcomes.query("SELECT * FROM questionnaires WHERE participant_id <> $1", third.participant_id) == []


async def test_codes_that_are_not_known_here_change_nothing_and_stop_nothing(outcomes: OutcomesBench) -> None:
    person = Participant()
    await outcomes.tell_enrolment(person, status="on_hold", joints=["elbow"])
    await outcomes.tell_place(person)
    baseline = await outcomes.questionnaire(person, "baseline", "due")
    assert baseline["instruments"] == '["NRS", "ACTIVITY", "RESOURCE-USE", "CHAIR-STAND"]'
    await outcomes.tell_place(person, status="on_holiday")
    await eventually(lambda: outcomes.query("SELECT 1 FROM places WHERE status = 'on_holiday'"))
    await outcomes.questionnaire(person, "baseline", "due")


async def test_a_correction_makes_a_new_score_and_the_old_one_stays(outcomes: OutcomesBench) -> None:
    person = Participant()
    await outcomes.tell_enrolment(person)
    await outcomes.tell_place(person)
    baseline = await outcomes.questionnaire(person, "baseline", "due")
    end = await outcomes.questionnaire(person, "end", "planned")
    await enter(outcomes, baseline["questionnaire_id"], answers(pain=7, knee=3))
    await outcomes.move_clock(timedelta(days=50))
    await outcomes.questionnaire(person, "end", "due")
    await enter(outcomes, end["questionnaire_id"], answers(pain=4, knee=2))
    await enter(outcomes, baseline["questionnaire_id"], {"NRS": {"pain": 5}}, reason="Misread.")
    kept = await outcomes.query("SELECT time_point, sequence, answers FROM assessments ORDER BY time_point, sequence")
    assert [(row["time_point"], row["sequence"]) for row in kept] == [("baseline", 1), ("baseline", 2), ("end", 1), ("end", 2)]
    assert ['"pain": 7' in row["answers"] or '"pain":7' in row["answers"] for row in kept[:2]] == [True, False]
    newest = (await outcomes.published(SCORED, at_least=4))[-1]
    assert (newest["time_point"], newest["sequence"]) == ("end", 2)
    assert {"instrument": "NRS", "scale": "pain", "change": -1.0, "important": False} in newest["changes"]
    assert len(await outcomes.published(ISSUED)) == 1


@pytest.mark.parametrize("known_first", [True, False])
async def test_a_name_is_shown_on_the_work_list_whenever_it_comes(outcomes: OutcomesBench, known_first: bool) -> None:  # noqa: FBT001 - a parameter
    person = Participant()
    if known_first:
        await outcomes.tell_person(person)
    await outcomes.tell_enrolment(person)
    await outcomes.tell_place(person)
    await outcomes.questionnaire(person, "baseline", "due")
    if not known_first:
        await outcomes.tell_person(person)

    async def named() -> bool:
        response = await outcomes.client.get("/outcomes/questionnaires?status=due", headers=bearer(STAFF_TOKEN))
        [one] = response.json()["questionnaires"]
        assert list(one["instruments"]) == ["NRS", "KOOS-12", "ACTIVITY", "RESOURCE-USE", "CHAIR-STAND"]
        return bool(one["display_name"] == "Ada Example")

    await eventually(named)
