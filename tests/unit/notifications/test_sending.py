"""Messages that are due go once, or wait, or end, each visibly; what was interrupted is settled."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from notifications.domain.enrolment import Enrolment
from notifications.domain.message import Channel, Kind, Message, Reason, Status
from notifications.domain.person import Person
from notifications.templates.wording import TemplateWording
from notifications.use_cases.carriers import Carriers
from notifications.use_cases.provider import Accepted, Answer, Refused, Unavailable, Unclear
from notifications.use_cases.send_due_messages import Sending, record, send_due_messages
from notifications.use_cases.settle_interrupted import settle_interrupted
from support.notifications_fakes import MARY, FakeDesk, FakeProvider

NOW = datetime(2026, 12, 7, 10, 0, tzinfo=UTC)
REAL = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
LEASE = timedelta(seconds=20)
WORDING = TemplateWording(public_url="http://localhost", organiser="limber@example.org")


# Of three kinds, because the same words are not sent twice in an hour.
KINDS_WITHOUT_FACTS = (Kind.REFERRAL_RECEIVED, Kind.REFERRAL_DECLINED, Kind.WAITING_LIST)


class World:
    """A desk with messages to Mary, her providers, and a real clock that can be set."""

    def __init__(self, *answers: Answer, messages: int = 1) -> None:
        self.fakes = FakeDesk()
        self.sms, self.email = FakeProvider("sms", answers=list(answers)), FakeProvider("email")
        self.real = REAL
        self.sending = Sending(
            open_counter=self.fakes.open_counter,
            carriers=Carriers({Channel.SMS: [self.sms], Channel.EMAIL: [self.email]}),
            wording=WORDING,
            real_now=lambda: self.real,
            new_id=self.fakes.new_id,
            new_token=lambda: "t" * 43,
            lease=LEASE,
            portion=100,
        )
        self.fakes.contacts.rows[MARY.participant_id] = MARY
        for number in range(messages):
            self.add(a_message(number))

    def add(self, message: Message) -> None:
        self.fakes.messages.rows[message.id] = message

    async def send(self, now: datetime = NOW) -> int:
        return await send_due_messages(sending=self.sending, now=now)

    async def settle(self) -> int:
        return await settle_interrupted(sending=self.sending, now=NOW)

    @property
    def only(self) -> Message:
        [message] = self.fakes.all()
        return message


def a_message(number: int = 0, **changes: object) -> Message:
    plain = Message(
        id=UUID(int=100 + number),
        participant_id=MARY.participant_id,
        kind=KINDS_WITHOUT_FACTS[number % 3],
        about_id=str(number),
        due_at=NOW,
        useful_until=NOW + timedelta(days=30),
        planned_at=NOW,
        changed_at=NOW,
    )
    return replace(plain, **changes)  # type: ignore[arg-type]  # a test's choice of fields


async def test_what_is_due_is_sent_and_announced_and_then_there_is_nothing_to_do() -> None:
    world = World(messages=3)
    world.add(a_message(9, due_at=NOW + timedelta(seconds=1)))
    assert await world.send() == 3
    assert await world.send() == 0
    assert len(world.sms.letters) == 3
    assert [m.status for m in world.fakes.all()] == [Status.SENT] * 3 + [Status.PLANNED]
    assert world.fakes.announced == world.fakes.with_status(Status.SENT)
    assert {letter.reference for letter in world.sms.letters} == {m.id for m in world.fakes.announced}


async def test_the_preferred_channel_carries_it_with_a_subject() -> None:
    world = World()
    world.fakes.contacts.rows[MARY.participant_id] = replace(MARY, preferred_channel="email")
    await world.send()
    [letter] = world.email.letters
    assert (letter.to, letter.words.subject) == ("mary@example.org", "We have received your referral")
    assert (world.only.channel, world.only.provider) == (Channel.EMAIL, "email")


@pytest.mark.parametrize(
    ("answer", "status", "reason"),
    [
        (Accepted(), Status.SENT, None),
        (Unavailable(), Status.DEFERRED, Reason.PROVIDER_UNAVAILABLE),
        (Unclear(), Status.SENDING, None),
    ],
)
async def test_the_providers_answer_decides_what_becomes_of_it(answer: Answer, status: Status, reason: Reason | None) -> None:
    world = World(answer)
    await world.send()
    assert (world.only.status, world.only.reason) == (status, reason)
    assert [m.status for m in world.fakes.announced] == ([status] if status in {Status.SENT, Status.FAILED} else [])


async def test_what_a_provider_of_text_messages_refuses_for_good_goes_by_email() -> None:
    world = World(Refused())
    await world.send()
    failed, email = sorted(world.fakes.all(), key=lambda m: m.planned_at == NOW and m.only_channel is not None)
    assert (failed.status, failed.reason) == (Status.FAILED, Reason.REFUSED_BY_PROVIDER)
    await world.send()
    [letter] = world.email.letters
    assert letter.reference == email.id
    assert [m.status for m in world.fakes.announced] == [Status.FAILED, Status.SENT]


async def test_who_agreed_to_no_email_gets_none_in_place_of_a_text_message() -> None:
    world = World(Refused())
    world.fakes.contacts.rows[MARY.participant_id] = replace(MARY, allows_email=False)
    await world.send()
    assert world.only.status is Status.FAILED


async def test_the_same_words_go_again_when_an_hour_has_passed() -> None:
    world = World()
    world.add(a_message(3, kind=Kind.REFERRAL_RECEIVED))
    await world.send()
    [waiting] = world.fakes.with_status(Status.DEFERRED)
    assert (waiting.reason, waiting.due_at) == (Reason.SAME_WORDS, NOW + timedelta(hours=1))
    await world.send(NOW + timedelta(minutes=30))
    assert len(world.sms.letters) == 1
    await world.send(NOW + timedelta(hours=1))
    assert len(world.sms.letters) == 2


async def test_a_message_that_is_tried_again_is_not_taken_for_its_own_double() -> None:
    world = World(Unavailable())
    await world.send()
    world.real += timedelta(minutes=1)
    await world.send()
    assert world.only.status is Status.SENT


async def test_a_fifth_message_waits_for_the_next_morning_and_what_failed_does_not_count() -> None:
    world = World()
    kinds = (*KINDS_WITHOUT_FACTS, Kind.QUESTIONNAIRE_DUE, Kind.OWN_PAGE, Kind.COMPLETE_NOMINATION)
    world.fakes.messages.rows.clear()
    for number, kind in enumerate(kinds):
        world.add(a_message(number, kind=kind, facts={"token": "t" * 43}))
    failed = (
        a_message(20).claim(channel=Channel.SMS, provider="sms", until=REAL, now=NOW).refused(reason=Reason.NO_WORDS, now=NOW)
    )
    world.add(failed)
    await world.send()
    [waiting] = world.fakes.with_status(Status.DEFERRED)
    assert (waiting.kind, waiting.reason) == (Kind.COMPLETE_NOMINATION, Reason.ENOUGH_TODAY)
    assert waiting.due_at == datetime(2026, 12, 8, 8, 0, tzinfo=UTC)
    assert len(world.sms.letters) == 5, "the link that was just asked for is urgent, and goes as the fifth"
    await world.send(waiting.due_at)
    assert len(world.sms.letters) == 6


async def test_who_said_stop_gets_no_text_message_and_an_email_only_by_their_own_wish() -> None:
    number = MARY.number_hash
    assert number is not None
    for allows_email, expected in ((True, Status.SENT), (False, Status.DROPPED)):
        world = World()
        world.fakes.contacts.rows[MARY.participant_id] = replace(MARY, allows_email=allows_email)
        await world.fakes.contacts.suppressions.keep(number, stopped=True, at=NOW)
        await world.send()
        assert world.only.status is expected
        assert not world.sms.letters
    assert world.only.reason is Reason.STOPPED


async def test_a_second_provider_carries_what_the_first_surely_does_not_have_and_nothing_else() -> None:
    world = World(*[Unavailable()] * 20, Unclear())
    second = FakeProvider("second")
    world.sending = replace(world.sending, carriers=Carriers({Channel.SMS: [world.sms, second]}))
    for _ in range(6):
        await world.send()
        world.real += timedelta(minutes=5)
    assert not second.letters, "one message every few minutes: each time the first was asked again"
    world.add(a_message(1))
    while not second.letters:
        world.real += timedelta(seconds=30)
        await world.send()
    given = [letter.reference for letter in second.letters]
    assert len(given) == len(set(given))
    assert all(world.fakes.messages.rows[reference].provider == "second" for reference in given)


async def test_an_unavailable_provider_is_tried_again_by_real_time_and_given_up_in_the_end() -> None:
    world = World(*[Unavailable()] * 40)
    await world.send()
    assert world.only.retry_at == REAL + timedelta(seconds=5)
    assert await world.send() == 0
    for _ in range(40):
        world.real += timedelta(hours=2)
        await world.send()
    assert (world.only.status, world.only.reason) == (Status.FAILED, Reason.PROVIDER_UNAVAILABLE)
    assert len(world.sms.letters) == 28


async def test_what_waits_and_what_is_given_up_is_written_with_its_reason_and_only_the_latter_told() -> None:
    world = World(messages=0)
    world.add(a_message(1, participant_id=UUID(int=404)))
    world.add(a_message(2, useful_until=NOW))
    assert await world.send() == 2
    assert {(m.status, m.reason) for m in world.fakes.all()} == {
        (Status.DEFERRED, Reason.CONTACT_UNKNOWN),
        (Status.DROPPED, Reason.PAST_ITS_USE),
    }
    assert [m.reason for m in world.fakes.announced] == [Reason.PAST_ITS_USE]
    assert world.sms.letters == []


async def test_a_text_that_is_too_long_and_words_that_fail_end_the_message() -> None:
    world = World(messages=0)
    world.fakes.contacts.rows[MARY.participant_id] = replace(MARY, greeting_name="M" * 918)
    world.add(a_message(1))
    world.add(a_message(2, kind=Kind.PLACE_FOUND))
    await world.send()
    assert {m.reason for m in world.fakes.with_status(Status.FAILED)} == {Reason.TOO_LONG, Reason.NO_WORDS}
    assert world.sms.letters == []


async def test_a_message_whose_turn_comes_too_late_in_the_lease_is_not_handed_over() -> None:
    world = World(messages=3)
    world.sms.at_once = 1
    first = world.sms.send

    async def slow(letter: object) -> Answer:
        world.real += LEASE / 2
        return await first(letter)  # type: ignore[arg-type]  # a letter

    world.sms.send = slow  # type: ignore[method-assign]  # as slow as half a lease
    await world.send()
    assert len(world.sms.letters) == 1
    assert sorted(m.status for m in world.fakes.all()) == [Status.DEFERRED, Status.DEFERRED, Status.SENT]


async def interrupted(*, handed_over: bool, can_be_asked: bool = True) -> World:
    world = World()
    taken = world.only.claim(channel=Channel.SMS, provider="sms", until=REAL + LEASE, now=NOW)
    world.add(taken)
    world.sms.has = ({taken.id} if handed_over else set()) if can_be_asked else None
    return world


async def test_nobody_settles_a_message_while_its_sender_may_still_speak() -> None:
    world = await interrupted(handed_over=True)
    world.real = REAL + LEASE - timedelta(seconds=1)
    assert await world.settle() == 0
    assert world.only.status is Status.SENDING


async def test_what_the_provider_has_is_sent_and_not_sent_again() -> None:
    world = await interrupted(handed_over=True)
    world.real = REAL + LEASE
    assert await world.settle() == 1
    assert await world.send() == 0
    assert world.only.status is Status.SENT
    assert world.sms.letters == []
    assert world.fakes.announced == [world.only]


async def test_what_the_provider_does_not_have_is_sent_again() -> None:
    world = await interrupted(handed_over=False)
    world.real = REAL + LEASE
    assert await world.settle() == 1
    assert (world.only.status, world.only.reason) == (Status.DEFERRED, Reason.INTERRUPTED)
    assert await world.send() == 1
    assert len(world.sms.letters) == 1
    assert (world.only.status, world.only.attempts) == (Status.SENT, 2)


async def test_where_nobody_can_be_asked_it_is_unknown_and_never_sent_again() -> None:
    world = await interrupted(handed_over=True, can_be_asked=False)
    world.real = REAL + LEASE
    assert await world.settle() == 1
    assert (world.only.status, world.only.reason) == (Status.UNKNOWN, Reason.NOT_CONFIRMED)
    assert world.fakes.announced == [world.only]
    assert await world.send() == 0
    assert world.sms.letters == []


async def test_a_provider_that_is_no_longer_configured_cannot_be_asked() -> None:
    world = await interrupted(handed_over=True)
    world.add(replace(world.only, provider="one we left"))
    world.real = REAL + LEASE
    await world.settle()
    assert world.only.status is Status.UNKNOWN


async def test_while_a_provider_is_out_of_reach_its_messages_stay_as_they_are() -> None:
    world = await interrupted(handed_over=True)
    world.real = REAL + LEASE
    world.sms.out_of_reach = True
    assert await world.settle() == 0
    assert world.only.claimed_until == REAL + 2 * LEASE
    world.sms.out_of_reach = False
    world.real = REAL + 2 * LEASE
    assert await world.settle() == 1
    assert world.only.status is Status.SENT


async def test_an_answer_that_comes_when_the_message_was_settled_meanwhile_changes_nothing() -> None:
    world = await interrupted(handed_over=False)
    late = world.only
    world.real = REAL + LEASE
    await world.settle()
    settled = world.only
    async with world.fakes.open_counter() as counter:
        await record({late.id: (late, Refused())}, counter=counter, now=NOW, real_now=world.real, new_id=world.fakes.new_id)
    assert world.only == settled


async def test_nothing_goes_to_the_dead_and_the_erased_whatever_was_planned() -> None:
    for status, reason in (("deceased", Reason.PERSON_DIED), ("erased", Reason.PERSON_ERASED)):
        world = World()
        world.fakes.people.rows[MARY.participant_id] = Person(participant_id=MARY.participant_id, sequence=2, status=status)
        await world.send()
        assert (world.only.status, world.only.reason) == (Status.DROPPED, reason)
        assert world.sms.letters == []


async def test_what_was_planned_for_somebody_who_was_merged_goes_to_the_person_that_they_are() -> None:
    world = World()
    survivor = replace(MARY, participant_id=UUID(int=77), phone="07700 900777")
    world.fakes.contacts.rows[survivor.participant_id] = survivor
    world.fakes.people.rows[MARY.participant_id] = Person(
        participant_id=MARY.participant_id, sequence=2, status="merged", merged_into=survivor.participant_id
    )
    await world.send()
    assert [letter.to for letter in world.sms.letters] == ["07700 900777"]


@pytest.mark.parametrize(
    ("evening", "too_early", "morning"),
    [
        # The clocks go forward: 07:59 on the wall is 06:59 in UTC.
        ("2026-03-28T22:00", "2026-03-29T06:59", "2026-03-29T07:00"),
        # They go back: 08:00 of the summer is 07:00 on the wall.
        ("2026-10-24T22:00", "2026-10-25T07:59", "2026-10-25T08:00"),
    ],
)
async def test_what_waits_in_a_night_in_which_the_clocks_change_goes_at_eight_on_the_wall(
    evening: str, too_early: str, morning: str
) -> None:
    at, early, goes = (datetime.fromisoformat(moment).replace(tzinfo=UTC) for moment in (evening, too_early, morning))
    world = World(messages=0)
    world.add(a_message(due_at=at, planned_at=at, useful_until=at + timedelta(days=3)))
    await world.send(at)
    assert (world.only.status, world.only.reason, world.only.due_at) == (Status.DEFERRED, Reason.QUIET_HOURS, goes)
    assert await world.send(early) == 0
    await world.send(goes)
    assert world.only.status is Status.SENT


async def test_a_person_who_was_merged_hears_four_messages_a_day_in_all_and_no_words_twice() -> None:
    world = World(messages=0)
    first, second = UUID(int=71), UUID(int=72)
    for number, kind in enumerate((Kind.REFERRAL_RECEIVED, Kind.REFERRAL_DECLINED, Kind.WAITING_LIST)):
        world.add(a_message(number, participant_id=first, kind=kind))
    contacts = world.fakes.contacts.rows
    contacts[first] = contacts[second] = MARY
    await world.send()
    await world.fakes.people.keep([Person(participant_id=first, sequence=1, status="merged", merged_into=second)])
    await world.fakes.people.keep([Person(participant_id=second, sequence=1, status="merged", merged_into=MARY.participant_id)])
    later = NOW + timedelta(minutes=30)
    world.add(a_message(10, participant_id=second, kind=Kind.WAITING_LIST))
    world.add(a_message(11, kind=Kind.WAITING_LIST_LEFT))
    world.add(a_message(12, participant_id=first, kind=Kind.MORE_INFORMATION_NEEDED, facts={"asked": "person"}))
    await world.send(later)
    waiting = {message.id.int: message.reason for message in world.fakes.with_status(Status.DEFERRED)}
    assert waiting == {110: Reason.SAME_WORDS, 112: Reason.ENOUGH_TODAY}
    assert len(world.sms.letters) == 4


async def test_the_next_portion_is_made_ready_while_the_one_before_is_with_the_provider() -> None:
    world = World(messages=0)
    world.sending = replace(world.sending, portion=2)
    for number in range(7):
        person = replace(MARY, participant_id=UUID(int=500 + number))
        world.fakes.contacts.rows[person.participant_id] = person
        world.add(a_message(number, participant_id=person.participant_id))
    assert await world.send() == 7
    assert len(world.fakes.with_status(Status.SENT)) == 7
    assert len({letter.reference for letter in world.sms.letters}) == 7


async def test_what_is_with_a_provider_is_heard_out_when_the_next_portion_fails() -> None:
    world = World(messages=0)
    world.sending = replace(world.sending, portion=1)
    for number in range(2):
        world.add(a_message(number))
    due, asked = world.fakes.messages.due, []

    async def once(**wanted: Any) -> list[Message]:
        asked.append(wanted)
        if len(asked) > 1:
            raise ConnectionResetError
        return await due(**wanted)

    world.fakes.messages.due = once  # type: ignore[method-assign]  # the database goes away in between
    with pytest.raises(ConnectionResetError):
        await world.send()
    assert [message.status for message in world.fakes.all()] == [Status.SENT, Status.PLANNED]


async def test_what_is_planned_for_somebody_who_withdrew_is_not_sent_whichever_was_heard_of_first() -> None:
    world = World(messages=0)
    left = UUID(int=901)
    await world.fakes.enrolments.keep([Enrolment(id=left, sequence=2, participant_id=MARY.participant_id, status="withdrawn")])
    world.add(a_message(facts={"enrolment_id": str(left)}))
    await world.send()
    assert (world.only.status, world.only.reason) == (Status.DROPPED, Reason.WITHDRAWN)
    assert world.sms.letters == []
