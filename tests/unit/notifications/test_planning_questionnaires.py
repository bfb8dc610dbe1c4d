"""What a person hears of a questionnaire, and of what comes next."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

import pytest

from notifications.domain.message import Kind, Reason, Status
from notifications.use_cases.plan_message_about_questionnaire import QuestionnaireState, plan_message_about_questionnaire
from notifications.use_cases.plan_message_about_signposting import Signposting, plan_message_about_signposting
from support.notifications_fakes import FakeDesk
from support.notifications_planning import DAY, NOW, PERSON


def a_questionnaire(
    status: str, sequence: int = 1, closes_at: datetime = NOW + 14 * DAY, reminders: int = 0
) -> QuestionnaireState:
    return QuestionnaireState(
        questionnaire_id=UUID(int=8),
        sequence=sequence,
        participant_id=PERSON,
        status=status,
        due_at=NOW,
        closes_at=closes_at,
        token="t",
        reminders=reminders,
    )


async def tell_questionnaires(desk: FakeDesk, *states: QuestionnaireState) -> None:
    await plan_message_about_questionnaire(questionnaires=states, now=NOW, new_id=desk.new_id, desk=desk.desk())


async def test_a_questionnaire_is_asked_for_once_while_it_is_open() -> None:
    desk = FakeDesk()
    await tell_questionnaires(desk, a_questionnaire("due"), a_questionnaire("due", 2))
    [message] = desk.all()
    assert (message.kind, message.useful_until, message.facts) == (Kind.QUESTIONNAIRE_DUE, NOW + 14 * DAY, {"token": "t"})
    await tell_questionnaires(desk, a_questionnaire("due", 3, NOW + 20 * DAY))
    assert desk.all()[0].useful_until == NOW + 20 * DAY


@pytest.mark.parametrize("status", ["completed", "missed", "cancelled"])
async def test_a_questionnaire_no_longer_asked_for_is_not_sent_in_whichever_order_it_is_heard(status: str) -> None:
    desk = FakeDesk()
    await tell_questionnaires(desk, a_questionnaire("due"))
    await tell_questionnaires(desk, a_questionnaire(status, 2))
    assert [(m.status, m.reason) for m in desk.all()] == [(Status.DROPPED, Reason.NO_LONGER_ASKED)]
    reversed_ = FakeDesk()
    await tell_questionnaires(reversed_, a_questionnaire(status, 2))
    await tell_questionnaires(reversed_, a_questionnaire("due"))
    assert reversed_.all() == []


async def test_a_questionnaire_status_we_do_not_know_changes_nothing() -> None:
    desk = FakeDesk()
    await tell_questionnaires(desk, a_questionnaire("due"))
    await tell_questionnaires(desk, a_questionnaire("paused", 2))
    assert [message.status for message in desk.all()] == [Status.PLANNED]


async def test_a_person_is_reminded_once_for_each_reminder_that_outcomes_tells() -> None:
    desk = FakeDesk()
    for sequence, reminders in ((1, 0), (2, 1), (3, 1), (4, 2)):
        await tell_questionnaires(desk, a_questionnaire("due", sequence, reminders=reminders))
    kinds = [message.kind for message in desk.all()]
    assert kinds == [Kind.QUESTIONNAIRE_DUE, Kind.QUESTIONNAIRE_REMINDER, Kind.QUESTIONNAIRE_REMINDER]
    assert len({message.about_id for message in desk.all()}) == 3
    await tell_questionnaires(desk, a_questionnaire("late", 5, reminders=2))
    assert {(m.status, m.reason) for m in desk.all()} == {(Status.DROPPED, Reason.NO_LONGER_ASKED)}


async def test_who_is_first_heard_of_with_a_reminder_gets_the_reminder() -> None:
    desk = FakeDesk()
    await tell_questionnaires(desk, a_questionnaire("due", 4, reminders=2))
    assert [message.kind for message in desk.all()] == [Kind.QUESTIONNAIRE_REMINDER]


async def test_signposts_are_told_once_and_none_are_not_told() -> None:
    desk = FakeDesk()
    walk = Signposting(signposting_id=UUID(int=9), sequence=1, participant_id=PERSON, signposts=({"title": "Walk", "url": None},))
    nothing = replace(walk, signposting_id=UUID(int=10), signposts=())
    for _ in range(2):
        await plan_message_about_signposting(
            signpostings=[walk, nothing, replace(walk, sequence=2)], now=NOW, new_id=desk.new_id, desk=desk.desk()
        )
    [message] = desk.all()
    assert message.facts == {"signposts": [{"title": "Walk", "url": None}]}


@pytest.mark.parametrize(("time_point", "months"), [("followup_3m", 3), ("followup_6m", 6), ("followup_12m", 12)])
async def test_a_questionnaire_months_later_is_asked_for_in_its_own_words_and_reminded_of(time_point: str, months: int) -> None:
    desk = FakeDesk()
    for sequence, reminders in ((1, 0), (2, 1)):
        state = a_questionnaire("due", sequence, reminders=reminders)
        await tell_questionnaires(desk, replace(state, time_point=time_point))
    assert [(m.kind, m.facts) for m in desk.all()] == [
        (Kind.FOLLOW_UP, {"token": "t", "months": months}),
        (Kind.QUESTIONNAIRE_REMINDER, {"token": "t", "months": months}),
    ]
    await tell_questionnaires(desk, replace(a_questionnaire("completed", 3), time_point=time_point))
    assert {(m.status, m.reason) for m in desk.all()} == {(Status.DROPPED, Reason.NO_LONGER_ASKED)}


@pytest.mark.parametrize("time_point", ["baseline", "end", "a time point of the future"])
async def test_a_questionnaire_of_the_programme_itself_or_of_a_time_not_known_is_asked_for_in_the_usual_words(
    time_point: str,
) -> None:
    desk = FakeDesk()
    await tell_questionnaires(desk, replace(a_questionnaire("due"), time_point=time_point))
    assert [(m.kind, m.facts) for m in desk.all()] == [(Kind.QUESTIONNAIRE_DUE, {"token": "t"})]
