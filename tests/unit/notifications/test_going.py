"""Whether a message may go, asked at the moment of sending."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from notifications.domain.going import Drop, Go, Wait, decide
from notifications.domain.message import Channel, Kind, Message, Reason
from support.notifications_fakes import BOTH, MARY

MORNING = datetime(2026, 12, 7, 10, 0, tzinfo=UTC)
NIGHT = datetime(2026, 12, 7, 22, 0, tzinfo=UTC)
REMINDER = Message(
    id=UUID(int=1),
    participant_id=MARY.participant_id,
    kind=Kind.SESSION_REMINDER,
    about_id="a",
    due_at=MORNING,
    useful_until=MORNING + timedelta(days=1),
    planned_at=MORNING,
    changed_at=MORNING,
)


def test_in_the_day_it_goes_by_the_channel_that_can_be_used() -> None:
    assert decide(message=REMINDER, contact=MARY, working=BOTH, now=MORNING) == Go(Channel.SMS, "07700 900123")


def test_in_the_night_it_waits_for_the_morning() -> None:
    waits = decide(message=REMINDER, contact=MARY, working=BOTH, now=NIGHT)
    assert waits == Wait(Reason.QUIET_HOURS, datetime(2026, 12, 8, 8, 0, tzinfo=UTC))


def test_what_somebody_asked_for_just_now_goes_at_night_too() -> None:
    code = replace(REMINDER, kind=Kind.CONFIRM_CONTACT, useful_until=NIGHT + timedelta(hours=1))
    assert decide(message=code, contact=MARY, working=BOTH, now=NIGHT) == Go(Channel.SMS, "07700 900123")


def test_a_link_goes_where_it_was_asked_to_go_if_that_can_be() -> None:
    to_email = replace(REMINDER, kind=Kind.OWN_PAGE, facts={"channel": "email"})
    assert decide(message=to_email, contact=MARY, working=BOTH, now=MORNING) == Go(Channel.EMAIL, "mary@example.org")
    no_email = replace(MARY, email=None)
    assert decide(message=to_email, contact=no_email, working=BOTH, now=MORNING) == Go(Channel.SMS, "07700 900123")


def test_a_reminder_is_dropped_from_the_moment_its_session_begins() -> None:
    begins = REMINDER.useful_until
    assert isinstance(decide(message=REMINDER, contact=MARY, working=BOTH, now=begins - timedelta(microseconds=1)), Go)
    assert decide(message=REMINDER, contact=MARY, working=BOTH, now=begins) == Drop(Reason.PAST_ITS_USE)


def test_who_withdrew_consent_after_it_was_planned_does_not_get_it() -> None:
    nobody = replace(MARY, allows_sms=False, allows_email=False)
    assert decide(message=REMINDER, contact=nobody, working=BOTH, now=MORNING) == Drop(Reason.NO_CHANNEL)


def test_without_a_contact_it_waits_and_looks_again_until_its_use_is_over() -> None:
    looks_again = decide(message=REMINDER, contact=None, working=BOTH, now=MORNING)
    assert looks_again == Wait(Reason.CONTACT_UNKNOWN, MORNING + timedelta(hours=1))
    last = REMINDER.useful_until - timedelta(minutes=1)
    assert decide(message=REMINDER, contact=None, working=BOTH, now=last) == Wait(Reason.CONTACT_UNKNOWN, REMINDER.useful_until)
    assert decide(message=REMINDER, contact=None, working=BOTH, now=REMINDER.useful_until) == Drop(Reason.CONTACT_UNKNOWN)
