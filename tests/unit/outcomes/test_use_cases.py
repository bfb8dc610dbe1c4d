"""What happens when places are told, time passes and answers come."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outcomes.domain.assessment import Assessment, Given
from outcomes.domain.concerns import Concern, NothingToAcknowledgeError
from outcomes.domain.enrolment import Enrolment
from outcomes.domain.place import Place
from outcomes.domain.questionnaire import NotOpenError, Questionnaire
from outcomes.domain.signposting import Directory, LocalService, Signposting
from outcomes.domain.time_points import Schedule
from outcomes.storage.time_points import read_time_points
from outcomes.use_cases.acknowledge_concern import Acknowledgement, acknowledge_concern
from outcomes.use_cases.ask_questionnaires import PlaceTold, Plans, ask_questionnaires
from outcomes.use_cases.close_missed import close_missed
from outcomes.use_cases.know_enrolment import EnrolmentTold, know_enrolments
from outcomes.use_cases.open_due_questionnaires import open_due_questionnaires
from outcomes.use_cases.record_answers import AnswersGiven, ReasonMissingError, UnknownQuestionnaireError, record_answers
from outcomes.use_cases.remind import remind
from outcomes.use_cases.save_draft import Draft, save_draft
from service_kit.results import Done, NotYet, Result
from support.outcomes_facts import FIRST_SESSION, LAST_SESSION, NOW, enrolment, place
from support.outcomes_memory import MemoryAnnouncer, MemoryRecords

DIRECTORY = Directory(services=(LocalService(code="walks", title="Walks", url=None, expires_on=date(2030, 1, 1)),))
SHIPPED = read_time_points(None)
# The first two time points alone, without reminders.
TWO_POINTS = Schedule(usual=tuple(replace(point, remind_after=(), also=()) for point in SHIPPED.usual))
ANSWERS = {"NRS": {"pain": 6}, "CHAIR-STAND": {"count": 9, "arms_used": False}}


@dataclass
class Outcomes:
    """The use cases over records in memory, with a clock that the test moves."""

    records: MemoryRecords = field(default_factory=MemoryRecords)
    announcer: MemoryAnnouncer = field(default_factory=MemoryAnnouncer)
    now: datetime = NOW
    schedule: Schedule = TWO_POINTS
    numbers: Any = field(default_factory=lambda: count(1))

    def new_id(self) -> UUID:
        return UUID(int=next(self.numbers))

    def new_token(self) -> str:
        return f"{next(self.numbers):043}"

    async def enrol(self, *enrolments: Enrolment) -> None:
        told = [EnrolmentTold(enrolment=one) for one in enrolments]
        await know_enrolments(told, records=self.records, announcer=self.announcer)

    async def tell(self, *places: Place) -> Sequence[Result]:
        return await ask_questionnaires(
            [PlaceTold(place=one, because=f"event {one.sequence}") for one in places],
            records=self.records,
            announcer=self.announcer,
            plans=Plans(schedule=self.schedule, directory=DIRECTORY),
            now=self.now,
            new_id=self.new_id,
            new_token=self.new_token,
        )

    async def pass_time(self, until: datetime) -> None:
        self.now = until
        await open_due_questionnaires(records=self.records, announcer=self.announcer, now=self.now)
        await remind(records=self.records, announcer=self.announcer, now=self.now)
        await close_missed(records=self.records, announcer=self.announcer, directory=DIRECTORY, now=self.now, new_id=self.new_id)

    async def answer(
        self,
        of: Enrolment,
        time_point: str,
        answers: Any = ANSWERS,
        *,
        by: str = "participant",
        comment: str | None = None,
        reason: str | None = None,
        interests: tuple[str, ...] | None = None,
        in_the_room: bool = False,
    ) -> Assessment:
        given = AnswersGiven(
            enrolment_id=of.enrolment_id,
            questionnaire_id=self.find(of, time_point).questionnaire_id,
            given=Given(answers=answers, entered_by=by, comment=comment, reason=reason, interests=interests),
            in_the_room=in_the_room,
        )
        return await record_answers(
            given, records=self.records, announcer=self.announcer, directory=DIRECTORY, now=self.now, new_id=self.new_id
        )

    def find(self, of: Enrolment, time_point: str) -> Questionnaire:
        [found] = [
            one
            for one in self.records.known_questionnaires.values()
            if (one.enrolment_id, one.time_point) == (of.enrolment_id, time_point)
        ]
        return found

    def states(self, of: Enrolment) -> dict[str, str]:
        mine = [one for one in self.records.known_questionnaires.values() if one.enrolment_id == of.enrolment_id]
        return {one.time_point: one.status for one in mine}

    def told(self) -> list[str]:
        """What others were told, in order."""
        names: list[str] = []
        for announcement in self.announcer.announced:
            thing = announcement.thing
            if isinstance(thing, Questionnaire):
                names.append(f"{thing.time_point} {thing.status}")
            elif isinstance(thing, Assessment):
                names.append(f"{thing.time_point} scored")
            else:
                names.append("signposted" if isinstance(thing, Signposting) else f"concern {thing.status}")
        return names


async def placed(*, schedule: Schedule = TWO_POINTS, **changes: Any) -> tuple[Outcomes, Enrolment, Place]:
    outcomes, person = Outcomes(schedule=schedule), enrolment()
    first = place(person, **changes)
    await outcomes.enrol(person)
    assert await outcomes.tell(first) == [Done()]
    return outcomes, person, first


async def test_a_place_makes_the_baseline_due_and_plans_the_end() -> None:
    outcomes, person, _ = await placed()
    assert outcomes.states(person) == {"baseline": "due", "end": "planned"}
    assert outcomes.told() == ["baseline due"]
    assert outcomes.announcer.announced[0].because == "event 1"


async def test_waiting_asks_nothing() -> None:
    outcomes, person, _ = await placed(status="waiting", first_session_at=None, last_session_at=None)
    assert outcomes.states(person) == {}


async def test_a_place_whose_sessions_have_no_dates_asks_nothing_yet() -> None:
    outcomes, person, first = await placed(first_session_at=None, last_session_at=None)
    assert outcomes.states(person) == {}
    await outcomes.tell(replace(first, sequence=2, first_session_at=FIRST_SESSION, last_session_at=LAST_SESSION))
    assert outcomes.states(person) == {"baseline": "due", "end": "planned"}


async def test_an_enrolment_that_is_not_known_holds_its_own_place_only() -> None:
    outcomes, known, unknown = Outcomes(), enrolment(), enrolment()
    await outcomes.enrol(known)
    assert await outcomes.tell(place(unknown), place(known)) == [NotYet("unknown_enrolment"), Done()]
    assert outcomes.states(known) == {"baseline": "due", "end": "planned"}
    assert outcomes.records.known_places.keys() == {known.enrolment_id}


async def test_several_facts_of_one_place_in_one_group_leave_what_the_last_one_says() -> None:
    outcomes, person = Outcomes(), enrolment()
    await outcomes.enrol(person)
    first = place(person)
    results = await outcomes.tell(
        first, replace(first, sequence=3, status="discontinued"), replace(first, sequence=2, status="attending")
    )
    assert results == [Done(), Done(), Done()]
    assert outcomes.states(person) == {"baseline": "cancelled", "end": "cancelled"}
    assert outcomes.told() == []


async def test_moved_sessions_replan_the_end_and_tell_only_what_was_announced() -> None:
    outcomes, person, first = await placed()
    later = timedelta(days=3)
    await outcomes.tell(replace(first, sequence=2, last_session_at=LAST_SESSION + later))
    assert outcomes.find(person, "end").due_at == LAST_SESSION + later
    assert outcomes.told() == ["baseline due"]
    await outcomes.tell(replace(first, sequence=3, first_session_at=FIRST_SESSION + later, last_session_at=LAST_SESSION + later))
    assert outcomes.told() == ["baseline due", "baseline due"]
    assert outcomes.find(person, "baseline").closes_at == FIRST_SESSION + later + timedelta(days=7)


async def test_each_register_changes_the_place_and_asks_nothing_again() -> None:
    outcomes, person, first = await placed()
    for number in range(2, 14):
        await outcomes.tell(replace(first, sequence=number, status="attending", sessions_attended=number - 1))
    assert outcomes.told() == ["baseline due"]
    assert outcomes.find(person, "baseline").sequence == 1


@pytest.mark.parametrize("status", ["never_started", "discontinued", "waiting"])
async def test_a_lost_place_cancels_what_is_open_and_a_new_one_asks_again(status: str) -> None:
    outcomes, person, first = await placed()
    await outcomes.tell(replace(first, sequence=2, status=status))
    assert outcomes.states(person) == {"baseline": "cancelled", "end": "cancelled"}
    await outcomes.tell(replace(first, sequence=3, changed_at=NOW + timedelta(days=1)))
    await outcomes.pass_time(NOW + timedelta(days=1))
    assert outcomes.states(person) == {"baseline": "due", "end": "planned"}
    assert outcomes.told() == ["baseline due", "baseline cancelled", "baseline due"]


async def test_an_answered_baseline_outlives_the_place() -> None:
    outcomes, person, first = await placed()
    await outcomes.answer(person, "baseline")
    await outcomes.tell(replace(first, sequence=2, status="discontinued"))
    assert outcomes.states(person) == {"baseline": "completed", "end": "cancelled"}


async def test_who_withdrew_is_asked_nothing_whatever_the_place_says() -> None:
    outcomes, person, first = await placed()
    await outcomes.enrol(replace(person, sequence=2, status="withdrawn"))
    assert outcomes.states(person) == {"baseline": "cancelled", "end": "cancelled"}
    await outcomes.tell(replace(first, sequence=2))
    assert outcomes.states(person) == {"baseline": "cancelled", "end": "cancelled"}


async def test_time_opens_the_end_and_closes_what_nobody_answered() -> None:
    outcomes, person, _ = await placed()
    await outcomes.pass_time(LAST_SESSION - timedelta(seconds=1))
    assert outcomes.states(person) == {"baseline": "missed", "end": "planned"}
    await outcomes.pass_time(LAST_SESSION)
    assert outcomes.states(person) == {"baseline": "missed", "end": "due"}
    await outcomes.pass_time(LAST_SESSION + timedelta(days=28))
    assert outcomes.states(person) == {"baseline": "missed", "end": "missed"}
    assert outcomes.told() == ["baseline due", "baseline missed", "end due", "end missed"]


async def test_a_service_that_slept_through_the_window_closes_what_it_never_opened() -> None:
    outcomes, person, first = await placed()
    await outcomes.tell(replace(first, sequence=2, status="completed"))
    await outcomes.pass_time(LAST_SESSION + timedelta(days=300))
    assert outcomes.states(person) == {"baseline": "missed", "end": "missed"}
    assert outcomes.told().count("signposted") == 1


@pytest.mark.parametrize("status", ["completed", "below_completion", "cut_short"])
async def test_who_got_to_the_end_is_signposted_once_however_the_facts_arrive(status: str) -> None:
    outcomes, _, first = await placed()
    await outcomes.pass_time(LAST_SESSION + timedelta(days=28))
    assert "signposted" not in outcomes.told()
    for sequence in (2, 3):
        await outcomes.tell(replace(first, sequence=sequence, status=status))
    assert outcomes.told().count("signposted") == 1


async def test_an_end_assessment_is_scored_compared_and_signposted() -> None:
    outcomes, person, _ = await placed()
    await outcomes.answer(person, "baseline", {"NRS": {"pain": 8}})
    await outcomes.pass_time(LAST_SESSION)
    results = await outcomes.answer(person, "end", {"NRS": {"pain": 5}})
    [change] = results.changes
    assert (change.instrument, change.change, change.important) == ("NRS", -3, True)
    assert outcomes.told() == [
        "baseline due",
        "baseline completed",
        "baseline scored",
        "end due",
        "end completed",
        "end scored",
        "signposted",
    ]


async def test_an_end_without_a_baseline_has_scores_and_no_change() -> None:
    outcomes, person, _ = await placed()
    await outcomes.pass_time(LAST_SESSION)
    assert (await outcomes.answer(person, "end")).changes == ()


async def test_a_person_sends_once_and_staff_may_correct() -> None:
    outcomes, person, _ = await placed()
    first = await outcomes.answer(person, "baseline")
    with pytest.raises(NotOpenError, match="sent already"):
        await outcomes.answer(person, "baseline", {"NRS": {"pain": 1}})
    second = await outcomes.answer(person, "baseline", {"NRS": {"pain": 1}}, by="staff", reason="Misread.")
    assert (second.assessment_id, second.sequence, second.completed_at) == (first.assessment_id, 2, first.completed_at)
    assert second.answers == {"NRS": {"pain": 1}, "CHAIR-STAND": {"count": 9, "arms_used": False}}
    assert outcomes.told() == ["baseline due", "baseline completed", "baseline scored", "baseline scored"]


async def test_a_questionnaire_of_another_enrolment_is_not_known() -> None:
    outcomes, person, _ = await placed()
    given = AnswersGiven(
        enrolment_id=enrolment().enrolment_id,
        questionnaire_id=outcomes.find(person, "baseline").questionnaire_id,
        given=Given(answers=ANSWERS, entered_by="staff"),
    )
    with pytest.raises(UnknownQuestionnaireError):
        await record_answers(
            given,
            records=outcomes.records,
            announcer=outcomes.announcer,
            directory=DIRECTORY,
            now=NOW,
            new_id=outcomes.new_id,
        )


async def test_who_does_not_answer_is_reminded_twice_and_then_it_is_missed() -> None:
    outcomes, person, _ = await placed(schedule=SHIPPED)
    assert outcomes.states(person) == {"baseline": "due", "end": "planned", "followup_6m": "planned"}
    for day in range(20):
        await outcomes.pass_time(NOW + timedelta(days=day, minutes=1))
    assert outcomes.told() == ["baseline due", "baseline due", "baseline due", "baseline missed"]
    assert [one.thing.reminded for one in outcomes.announcer.announced] == [0, 1, 2, 2]  # type: ignore[union-attr]  # questionnaires all


async def test_reminders_that_were_slept_through_are_told_once() -> None:
    outcomes, person, _ = await placed(schedule=SHIPPED)
    await outcomes.pass_time(NOW + timedelta(days=13))
    assert outcomes.told() == ["baseline due", "baseline due"]
    assert outcomes.find(person, "baseline").reminded == 2


async def test_who_answered_is_not_reminded() -> None:
    outcomes, person, _ = await placed(schedule=SHIPPED)
    await outcomes.answer(person, "baseline")
    await outcomes.pass_time(NOW + timedelta(days=6))
    assert outcomes.told() == ["baseline due", "baseline completed", "baseline scored"]


async def test_a_late_answer_keeps_its_moment_and_its_own_time_point() -> None:
    outcomes, person, _ = await placed(schedule=SHIPPED)
    await outcomes.answer(person, "baseline", {"NRS": {"pain": 8}})
    given_at = LAST_SESSION + timedelta(days=40)
    await outcomes.pass_time(given_at)
    results = await outcomes.answer(person, "end", {"NRS": {"pain": 5}})
    assert outcomes.states(person) == {"baseline": "completed", "end": "late", "followup_6m": "planned"}
    assert (results.time_point, results.completed_at, results.is_late) == ("end", given_at, True)
    assert outcomes.find(person, "end").answered_at == given_at
    assert outcomes.told()[-2:] == ["end scored", "signposted"]


async def test_answers_after_the_time_for_late_ones_are_refused() -> None:
    outcomes, person, _ = await placed(schedule=SHIPPED)
    await outcomes.pass_time(LAST_SESSION + timedelta(days=88))
    with pytest.raises(NotOpenError, match="has closed"):
        await outcomes.answer(person, "end")


async def test_the_six_months_follow_up_is_compared_with_the_baseline() -> None:
    outcomes, person, _ = await placed(schedule=SHIPPED)
    await outcomes.answer(person, "baseline", {"NRS": {"pain": 8}})
    await outcomes.pass_time(LAST_SESSION + timedelta(days=182))
    results = await outcomes.answer(person, "followup_6m", {"NRS": {"pain": 4}})
    assert [one.change for one in results.changes] == [-4]
    assert outcomes.told().count("signposted") == 0


async def test_a_correction_without_a_reason_is_refused() -> None:
    outcomes, person, _ = await placed()
    await outcomes.answer(person, "baseline")
    with pytest.raises(ReasonMissingError, match="say why"):
        await outcomes.answer(person, "baseline", {"NRS": {"pain": 1}}, by="staff", reason=" ")


async def test_what_is_measured_in_the_room_waits_for_the_persons_own_answers() -> None:
    outcomes, person, _ = await placed()
    measured = {"CHAIR-STAND": {"count": 9, "arms_used": False}, "ACTIVITY": {"minutes": 20}}
    await outcomes.answer(person, "baseline", measured, by="staff", in_the_room=True)
    assert outcomes.states(person)["baseline"] == "due"
    both = await outcomes.answer(person, "baseline", {"NRS": {"pain": 6}, "ACTIVITY": {"minutes": 45}})
    assert outcomes.states(person)["baseline"] == "completed"
    assert both.answers == {**measured, "NRS": {"pain": 6}, "ACTIVITY": {"minutes": 45}}
    assert (both.sequence, both.entered_by) == (2, "participant")
    after = await outcomes.answer(person, "baseline", {"CHAIR-STAND": {"count": 11}}, by="staff", in_the_room=True)
    assert after.sequence == 3


async def test_concerns_are_raised_once_for_a_score_a_worsening_and_what_was_written() -> None:
    outcomes, person, _ = await placed(schedule=replace(TWO_POINTS, also_asked=("HADS",)))
    anxious = {str(number): 2 for number in range(1, 15)}
    await outcomes.answer(person, "baseline", {"NRS": {"pain": 4}, "HADS": anxious}, comment="My knee gave way.")
    await outcomes.pass_time(LAST_SESSION)
    await outcomes.answer(person, "end", {"NRS": {"pain": 6}})
    await outcomes.answer(person, "end", {"NRS": {"pain": 7}}, by="staff", reason="Misread.")
    raised = [(one.kind, one.about, one.value) for one in outcomes.records.concerns.values()]
    assert raised == [
        ("raised_score", "HADS.anxiety", 14),
        ("raised_score", "HADS.depression", 14),
        ("comment", "comment", None),
        ("large_worsening", "NRS.pain", 2),
    ]
    told = [one.thing for one in outcomes.announcer.announced if isinstance(one.thing, Concern)]
    assert [(one.kind, one.status, one.sequence) for one in told] == [(kind, "open", 1) for kind, _, _ in raised]


async def test_signposts_go_by_what_the_person_would_like_to_do_next() -> None:
    outcomes, person, _ = await placed()
    swim = LocalService(code="swim", title="Swim", url=None, expires_on=date(2030, 1, 1), interests=("water",))
    gym = LocalService(code="gym", title="Gym", url=None, expires_on=date(2030, 1, 1), interests=("gym",))
    outcomes.records.local = [gym, swim]
    await outcomes.pass_time(LAST_SESSION)
    await outcomes.answer(person, "end", {"NRS": {"pain": 4}}, interests=("water",))
    [issued] = outcomes.records.signposting.values()
    assert [one.code for one in issued.signposts] == ["swim", "walks"]
    assert outcomes.records.interests == {person.enrolment_id: ("water",)}


async def test_an_improvement_and_a_small_worsening_raise_nothing() -> None:
    outcomes, person, _ = await placed()
    await outcomes.answer(person, "baseline", {"NRS": {"pain": 7}, "CHAIR-STAND": {"count": 9}})
    await outcomes.pass_time(LAST_SESSION)
    await outcomes.answer(person, "end", {"NRS": {"pain": 8}, "CHAIR-STAND": {"count": 14}})
    assert outcomes.records.concerns == {}


async def test_a_concern_is_acknowledged_once_with_what_was_done() -> None:
    outcomes, person, _ = await placed()
    await outcomes.answer(person, "baseline", comment="Please call me.")
    [concern] = outcomes.records.concerns.values()

    def acknowledgement(note: str) -> Acknowledgement:
        return Acknowledgement(concern_id=concern.concern_id, by="staff", note=note)

    with pytest.raises(NothingToAcknowledgeError, match="must say what was done"):
        await acknowledge_concern(acknowledgement("  "), records=outcomes.records, announcer=outcomes.announcer, now=NOW)
    done = await acknowledge_concern(
        acknowledgement(" Called. "), records=outcomes.records, announcer=outcomes.announcer, now=NOW
    )
    assert (done.status, done.acknowledged_by, done.note) == ("acknowledged", "staff", "Called.")
    assert (outcomes.announcer.announced[-1].thing, done.sequence) == (done, 2)
    with pytest.raises(NothingToAcknowledgeError, match="already"):
        await acknowledge_concern(acknowledgement("Again."), records=outcomes.records, announcer=outcomes.announcer, now=NOW)


async def test_answers_are_saved_one_by_one_and_forgotten_when_they_are_sent() -> None:
    outcomes, person, _ = await placed()
    questionnaire_id = outcomes.find(person, "baseline").questionnaire_id
    for draft in (
        Draft(answers={"NRS.pain": 6}),
        Draft(answers={"KOOS-12.P1": None}, comment="x"),
        Draft(answers={"NRS.pain": 7}),
    ):
        await save_draft(questionnaire_id, draft, records=outcomes.records, now=NOW)
    kept = outcomes.records.drafts[questionnaire_id]
    assert (kept.answers, kept.comment) == ({"NRS.pain": 7, "KOOS-12.P1": None}, "x")
    assert kept.by_instrument() == {"NRS": {"pain": 7}}
    await outcomes.answer(person, "baseline", kept.by_instrument())
    assert outcomes.records.drafts == {}
    with pytest.raises(NotOpenError, match="sent already"):
        await save_draft(questionnaire_id, Draft(answers={"NRS.pain": 1}), records=outcomes.records, now=NOW)


statuses = st.sampled_from(
    ["waiting", "placed", "attending", "completed", "below_completion", "never_started", "discontinued", "cut_short", "new_code"]
)


@given(st.lists(st.tuples(statuses, st.integers(0, 80)), min_size=1, max_size=8), st.randoms())
async def test_whatever_is_told_in_whatever_order_the_same_facts_twice_change_nothing(
    story: list[tuple[str, int]], random: Any
) -> None:
    outcomes, person = Outcomes(), enrolment()
    await outcomes.enrol(person)
    facts = [
        place(person, sequence=number, status=status, last_session_at=LAST_SESSION + timedelta(days=days))
        for number, (status, days) in enumerate(story, start=1)
    ]
    random.shuffle(facts)
    await outcomes.tell(*facts)
    before, announced = dict(outcomes.records.known_questionnaires), len(outcomes.announcer.announced)
    await outcomes.tell(*facts)
    assert outcomes.records.known_questionnaires == before
    assert len(outcomes.announcer.announced) == announced
    assert len(before) <= 2
