"""What is planned, replanned and dropped when others tell what happened."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notifications.domain.cohort import Cohort, Session
from notifications.domain.message import Channel, Kind, Message, Reason, Status
from notifications.domain.place import Offer, Place
from notifications.use_cases.keep_cohort import keep_cohort
from notifications.use_cases.keep_contact import keep_contact
from notifications.use_cases.plan_message_about_link import LinkState, plan_message_about_link
from notifications.use_cases.plan_message_about_questionnaire import QuestionnaireState, plan_message_about_questionnaire
from notifications.use_cases.plan_message_about_signposting import Signposting, plan_message_about_signposting
from notifications.use_cases.plan_messages_about_place import plan_messages_about_place
from notifications.use_cases.plan_messages_about_referral import ReferralDecision, plan_messages_about_referral
from service_kit.results import Done, NotYet
from support.notifications_fakes import MARY, FakeDesk

NOW = datetime(2026, 12, 7, 10, 0, tzinfo=UTC)
DAY = timedelta(days=1)
PERSON = MARY.participant_id


def a_cohort(*starts: datetime, number: int = 1, sequence: int = 1) -> Cohort:
    sessions = tuple(
        Session(id=UUID(int=1000 * number + index), number=index, starts_at=start, status="planned")
        for index, start in enumerate(starts, 1)
    )
    return Cohort(id=UUID(int=1000 * number), sequence=sequence, site_name="Hall", status="open", sessions=sessions)


def a_place(status: str, cohort: Cohort | None = None, *, sequence: int = 1) -> Place:
    return Place(
        id=UUID(int=50), sequence=sequence, participant_id=PERSON, status=status, cohort_id=cohort.id if cohort else None
    )


async def tell_places(desk: FakeDesk, *places: Place, now: datetime = NOW) -> list[object]:
    planned = await plan_messages_about_place(places=places, now=now, new_id=desk.new_id, desk=desk.desk())
    desk.announced += [ended.message for ended in planned.ended]
    return list(planned.results)


async def tell_cohorts(desk: FakeDesk, *cohorts: Cohort, now: datetime = NOW) -> None:
    planned = await keep_cohort(cohorts=cohorts, now=now, new_id=desk.new_id, desk=desk.desk())
    desk.announced += [ended.message for ended in planned.ended]


async def send_all_due(desk: FakeDesk, *, now: datetime) -> None:
    for message in await desk.messages.due(now=now, real_now=now, limit=1000):
        taken = message.claim(channel=Channel.SMS, provider="fake", until=now, now=now)
        await desk.messages.change([taken.sent(now=now)])


def kinds(messages: list[Message]) -> list[Kind]:
    return sorted({message.kind for message in messages})


FOUR = [NOW + number * 3 * DAY for number in (1, 2, 3, 4)]


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
    assert (told.kind, told.facts) == (Kind.WAITING_LIST, {"after": "cancelled", "left_cohort_id": str(cohort.id)})
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


def a_decision(status: str, sequence: int = 1) -> ReferralDecision:
    return ReferralDecision(referral_id=UUID(int=7), sequence=sequence, participant_id=PERSON, status=status)


async def tell_referrals(desk: FakeDesk, *decisions: ReferralDecision) -> None:
    await plan_messages_about_referral(decisions=decisions, now=NOW, new_id=desk.new_id, desk=desk.desk())


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        ("accepted", Kind.REFERRAL_RECEIVED),
        ("needs_review", Kind.REFERRAL_RECEIVED),
        ("declined", Kind.REFERRAL_DECLINED),
        ("duplicate", None),
        ("invalid", None),
        ("cancelled", None),
        ("a status we don't know", None),
    ],
)
async def test_a_referral_is_told_to_the_person_where_it_is_theirs_to_hear(status: str, kind: Kind | None) -> None:
    desk = FakeDesk()
    await tell_referrals(desk, a_decision(status))
    assert [message.kind for message in desk.all()] == ([kind] if kind else [])


async def test_a_review_that_ends_well_is_not_told_twice_and_one_that_ends_badly_is_told() -> None:
    desk = FakeDesk()
    await tell_referrals(desk, a_decision("needs_review"), a_decision("accepted", 2))
    assert len(desk.all()) == 1
    await tell_referrals(desk, a_decision("declined", 3), a_decision("accepted", 2))
    assert [(m.kind, m.status, m.reason) for m in desk.all()] == [
        (Kind.REFERRAL_RECEIVED, Status.DROPPED, Reason.REPLACED),
        (Kind.REFERRAL_DECLINED, Status.PLANNED, None),
    ]


async def test_a_cancelled_referral_takes_back_what_was_not_sent() -> None:
    desk = FakeDesk()
    await tell_referrals(desk, a_decision("accepted"))
    await tell_referrals(desk, a_decision("cancelled", 2))
    assert [(m.status, m.reason) for m in desk.all()] == [(Status.DROPPED, Reason.REFERRAL_CANCELLED)]


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


async def test_a_questionnaire_status_we_do_not_know_changes_nothing() -> None:
    desk = FakeDesk()
    await tell_questionnaires(desk, a_questionnaire("due"))
    await tell_questionnaires(desk, a_questionnaire("paused", 2))
    assert [message.status for message in desk.all()] == [Status.PLANNED]


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


async def test_a_first_contact_sends_off_what_waited_for_it_and_nothing_else() -> None:
    desk = FakeDesk()
    await tell_referrals(desk, a_decision("accepted"))
    [message] = desk.all()
    await desk.messages.change([message.defer(reason=Reason.CONTACT_UNKNOWN, until=NOW + DAY, now=NOW)])
    await keep_contact(contacts=[MARY], now=NOW, new_id=desk.new_id, desk=desk.desk())
    assert [(m.status, m.due_at) for m in desk.all()] == [(Status.PLANNED, NOW)]
    [message] = desk.all()
    quiet = message.defer(reason=Reason.QUIET_HOURS, until=NOW + DAY, now=NOW)
    await desk.messages.change([quiet])
    await keep_contact(contacts=[replace(MARY, sequence=2)], now=NOW, new_id=desk.new_id, desk=desk.desk())
    assert desk.all() == [quiet]
    assert desk.contacts.rows[PERSON].sequence == 2


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


def a_link(status: str, sequence: int = 1, purpose: str = "own_page") -> LinkState:
    return LinkState(
        link_id=UUID(int=9),
        sequence=sequence,
        participant_id=PERSON,
        purpose=purpose,
        status=status,
        token="t" * 43 if status == "issued" else None,
        code=None,
        channel="sms",
        expires_at=NOW + DAY,
    )


async def tell_links(desk: FakeDesk, *links: LinkState) -> None:
    await plan_message_about_link(links=links, now=NOW, new_id=desk.new_id, desk=desk.desk())


@pytest.mark.parametrize("purpose", ["complete_nomination", "confirm_contact", "own_page"])
async def test_a_link_that_was_issued_is_sent_once_while_it_opens(purpose: str) -> None:
    desk = FakeDesk()
    await tell_links(desk, a_link("issued", purpose=purpose), a_link("issued", 2, purpose=purpose))
    (message,) = desk.all()
    assert (message.kind, message.due_at, message.useful_until) == (purpose, NOW, NOW + DAY)
    assert message.facts["token"] == "t" * 43


@pytest.mark.parametrize("status", ["used", "revoked", "expired"])
async def test_a_link_that_no_longer_opens_is_not_sent_in_whichever_order_it_is_heard(status: str) -> None:
    desk = FakeDesk()
    await tell_links(desk, a_link("issued"))
    await tell_links(desk, a_link(status, 2))
    assert [(message.status, message.reason) for message in desk.all()] == [(Status.DROPPED, Reason.LINK_ENDED)]
    reversed_ = FakeDesk()
    await tell_links(reversed_, a_link(status, 2))
    await tell_links(reversed_, a_link("issued"))
    assert reversed_.all() == []


async def test_a_link_for_a_purpose_that_we_do_not_know_is_not_told() -> None:
    desk = FakeDesk()
    await tell_links(desk, a_link("issued", purpose="a_purpose_of_the_future"))
    assert desk.all() == []


def an_offer(cohort: Cohort, *, sequence: int = 2) -> Place:
    offer = Offer(until=NOW + 5 * DAY, token="t" * 43)
    return replace(a_place("offered", cohort, sequence=sequence), offer=offer)


async def test_an_offer_is_told_with_its_link_until_it_ends_and_replaces_the_waiting_list() -> None:
    desk, cohort = FakeDesk(), a_cohort(*[start + 30 * DAY for start in FOUR])
    await tell_cohorts(desk, cohort)
    await tell_places(desk, a_place("waiting"))

    await tell_places(desk, an_offer(cohort))

    waiting, offered = desk.all()
    assert (waiting.kind, waiting.status, waiting.reason) == (Kind.WAITING_LIST, Status.DROPPED, Reason.REPLACED)
    assert (offered.kind, offered.due_at, offered.useful_until) == (Kind.PLACE_OFFERED, NOW, NOW + 5 * DAY)
    assert offered.facts == {"token": "t" * 43}


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
