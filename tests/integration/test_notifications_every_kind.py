"""Every kind of message there is: from the event that brings it about to the mailbox, in both languages."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import pytest

from event_contracts.scheduling import MakeUpFact
from notifications.domain.message import Kind
from service_kit.ids import new_id
from support.notifications_bench import MORNING, Group, NotificationsBench, Participant, notifications

__all__ = ["notifications"]

FIRST = MORNING + timedelta(days=7)
Told = Callable[[NotificationsBench, Participant, Group], Awaitable[None]]


async def referred(bench: NotificationsBench, person: Participant, _: Group) -> None:
    await bench.tell_referral(person)


async def declined(bench: NotificationsBench, person: Participant, _: Group) -> None:
    await bench.tell_referral(person, "declined")


async def more_asked(bench: NotificationsBench, person: Participant, _: Group) -> None:
    await bench.tell_referral(person, "needs_review", asked="person", asked_at=MORNING)


async def waiting(bench: NotificationsBench, person: Participant, _: Group) -> None:
    await bench.tell_place(person, "waiting")


async def off_the_list(bench: NotificationsBench, person: Participant, _: Group) -> None:
    await bench.tell_place(person, "declined")


async def offered(bench: NotificationsBench, person: Participant, group: Group) -> None:
    await bench.tell_place(person, "offered", group, offered_until=MORNING + timedelta(days=2), offer_token="o" * 43)


async def placed(bench: NotificationsBench, person: Participant, group: Group) -> None:
    await bench.tell_place(person, "placed", group)


async def missed(bench: NotificationsBench, person: Participant, group: Group) -> None:
    await bench.tell_place(person, "attending", group, missed_in_a_row=2)


async def asked(bench: NotificationsBench, person: Participant, _: Group) -> None:
    await bench.tell_questionnaire(person)


async def asked_again(bench: NotificationsBench, person: Participant, _: Group) -> None:
    await bench.tell_questionnaire(person, reminders=1)


async def asked_months_later(bench: NotificationsBench, person: Participant, _: Group) -> None:
    await bench.tell_questionnaire(person, time_point="followup_6m")


async def pointed_on(bench: NotificationsBench, person: Participant, _: Group) -> None:
    await bench.tell_signposting(person, "Walking group")


def given_a_link(purpose: str) -> Told:
    async def tell(bench: NotificationsBench, person: Participant, _: Group) -> None:
        await bench.tell_link(person, purpose)

    return tell


async def moved(bench: NotificationsBench, person: Participant, group: Group) -> None:
    await placed(bench, person, group)
    await bench.messages(person, "place_found", "sent")
    group.change(1, starts_at=FIRST + timedelta(days=1), ends_at=FIRST + timedelta(days=1, hours=1))
    await bench.tell_cohort(group)


async def reminded(bench: NotificationsBench, person: Participant, group: Group) -> None:
    await placed(bench, person, group)
    await bench.messages(person, "place_found", "sent")
    await bench.messages(person, "session_reminder", "planned")
    await bench.move_clock_to(FIRST - timedelta(hours=23))


async def cancelled_in_the_night_before(bench: NotificationsBench, person: Participant, group: Group) -> None:
    await placed(bench, person, group)
    await bench.messages(person, "place_found", "sent")
    await bench.messages(person, "session_reminder", "planned")
    await bench.move_clock_to(datetime(2026, 12, 14, 6, 0, tzinfo=UTC))
    group.change(1, status="cancelled")
    await bench.tell_cohort(group)


def make_up(starts_at: datetime, status: str) -> MakeUpFact:
    return MakeUpFact(
        session_id=new_id(),
        cohort_id=new_id(),
        site_id="hall",
        site_name="Tooting Hall",
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=1),
        status=status,
    )


async def comes_elsewhere(bench: NotificationsBench, person: Participant, group: Group) -> None:
    await bench.tell_place(person, "attending", group, make_ups=[make_up(FIRST, "coming")])


async def comes_elsewhere_tomorrow(bench: NotificationsBench, person: Participant, group: Group) -> None:
    await bench.tell_place(person, "attending", group, make_ups=[make_up(MORNING + timedelta(hours=20), "coming")])


async def comes_elsewhere_no_more(bench: NotificationsBench, person: Participant, group: Group) -> None:
    one = make_up(FIRST, "coming")
    await bench.tell_place(person, "attending", group, make_ups=[one])
    await bench.messages(person, "make_up_session", "sent")
    await bench.tell_place(person, "attending", group, make_ups=[one.model_copy(update={"status": "cancelled"})])


BROUGHT_ABOUT_BY: dict[Kind, Told] = {
    Kind.REFERRAL_RECEIVED: referred,
    Kind.REFERRAL_DECLINED: declined,
    Kind.MORE_INFORMATION_NEEDED: more_asked,
    Kind.WAITING_LIST: waiting,
    Kind.WAITING_LIST_LEFT: off_the_list,
    Kind.PLACE_OFFERED: offered,
    Kind.PLACE_FOUND: placed,
    Kind.MISSED_TWO: missed,
    Kind.QUESTIONNAIRE_DUE: asked,
    Kind.QUESTIONNAIRE_REMINDER: asked_again,
    Kind.FOLLOW_UP: asked_months_later,
    Kind.WHAT_COMES_NEXT: pointed_on,
    Kind.COMPLETE_NOMINATION: given_a_link("complete_nomination"),
    Kind.CONFIRM_CONTACT: given_a_link("confirm_contact"),
    Kind.OWN_PAGE: given_a_link("own_page"),
    Kind.MAKE_UP_SESSION: comes_elsewhere,
    Kind.MAKE_UP_REMINDER: comes_elsewhere_tomorrow,
    Kind.MAKE_UP_OFF: comes_elsewhere_no_more,
    Kind.SESSION_CHANGED: moved,
    Kind.SESSION_REMINDER: reminded,
    Kind.SESSION_CANCELLED_TODAY: cancelled_in_the_night_before,
}
# These move the clock, so each has a service of its own.
MOVES_THE_CLOCK = (Kind.SESSION_REMINDER, Kind.SESSION_CANCELLED_TODAY)


def a_group() -> Group:
    return Group.of(FIRST, FIRST + timedelta(days=3))


async def arrived(bench: NotificationsBench, person: Participant, kind: Kind) -> dict[str, object]:
    """The message of a kind to a person, as it lies in the mailbox."""
    [sent] = await bench.messages(person, kind, "sent")
    [found] = await bench.mailbox(reference=str(sent["id"]))
    return found


def test_every_kind_has_an_event_that_brings_it_about() -> None:
    assert BROUGHT_ABOUT_BY.keys() == set(Kind)


async def test_each_kind_reaches_the_mailbox_from_its_event_by_text_and_by_email(notifications: NotificationsBench) -> None:
    people: list[tuple[Kind, Participant, str]] = []
    for number, (kind, tell) in enumerate((kind, tell) for kind, tell in BROUGHT_ABOUT_BY.items() if kind not in MOVES_THE_CLOCK):
        for channel, language in (("sms", "en"), ("email", "cy")):
            person = Participant(phone=f"07700 900{100 + number}", email=f"mary{number}@example.org")
            group = a_group()
            await notifications.tell_contact(person, preferred_channel=channel, language=language)
            await notifications.tell_cohort(group)
            await tell(notifications, person, group)
            people.append((kind, person, channel))
    for kind, person, channel in people:
        item = await arrived(notifications, person, kind)
        assert (item["channel"], item["copies"]) == (channel, 1)
        assert str(item["body"]).startswith("Hello Mary" if channel == "sms" else "Helo Mary")
    await notifications.all_read()
    assert (await notifications.audit())["problems"] == []


@pytest.mark.parametrize("kind", MOVES_THE_CLOCK)
async def test_each_kind_that_a_session_brings_about_reaches_the_mailbox(notifications: NotificationsBench, kind: Kind) -> None:
    person, group = Participant(), a_group()
    await notifications.tell_contact(person)
    await notifications.tell_cohort(group)
    await BROUGHT_ABOUT_BY[kind](notifications, person, group)
    item = await arrived(notifications, person, kind)
    assert "Monday 14 December at 10am" in str(item["body"])
    await notifications.all_read()
    # What is urgent may go at night; anything else there is a problem.
    assert (await notifications.audit())["problems"] == []
    night = datetime(2026, 12, 14, 23, 0, tzinfo=UTC)
    await notifications.query("UPDATE mailbox SET received_at = $1 WHERE reference <> $2", night, item["reference"])
    problems = (await notifications.audit())["problems"]
    assert len([one for one in problems if "in the quiet hours" in one]) == len(await notifications.mailbox()) - 1
