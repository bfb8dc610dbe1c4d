"""Which of the messages that are due may go now, in which words and by which provider; the others wait or end, each visibly."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from notifications.domain.cohort import Cohort
from notifications.domain.contact import Contact
from notifications.domain.enough import SAME_WORDS_AFTER, day_began_at, words_digest
from notifications.domain.going import MAY_DO_WITHOUT, Drop, Go, Wait, decide
from notifications.domain.message import Channel, Message, Reason
from notifications.domain.person import ACTIVE
from notifications.domain.sms import is_too_long
from notifications.use_cases.carriers import Carriers
from notifications.use_cases.desk import Desk, holder
from notifications.use_cases.provider import Letter, Provider, Wording, WordingError


@dataclass(frozen=True, slots=True)
class Cleared:
    """A message that was marked as being sent, in its final words."""

    message: Message
    letter: Letter
    provider: Provider


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """When messages are cleared, in domain and in real time. Until `until` (real time) whoever sends them may say how it went.

    `new_token` makes what nobody can guess.
    """

    now: datetime
    real_now: datetime
    until: datetime
    new_token: Callable[[], str]


async def clear_for_sending(
    due: Sequence[Message], *, desk: Desk, carriers: Carriers, wording: Wording, moment: Moment
) -> tuple[list[Cleared], list[Message]]:
    """Decide about each message in order. Returns what may go, and every message as it is now."""
    if not due:
        return [], []
    participants = {message.participant_id for message in due}
    cohort_ids = {cohort_id for message in due for cohort_id in message.cohort_ids}
    people = await desk.people.of(participants)
    now_are = {participant: holder(participant, people) for participant in participants}
    contacts = await desk.contacts.of(set(now_are.values()))
    # What somebody was sent under a name that was merged into theirs counts as well.
    merged = await desk.people.merged_into(set(now_are.values()))
    heard = {now_is: _Heard() for now_is in now_are.values()}
    clearing = _Clearing(
        contacts={each: contacts[now_is] for each, now_is in now_are.items() if now_is in contacts},
        statuses={each: people[now_is].status for each, now_is in now_are.items() if now_is in people},
        cohorts=await desk.cohorts.of(cohort_ids) if cohort_ids else {},
        withdrawn=await _withdrawn(due, desk=desk),
        heard={participant: heard[now_is] for participant, now_is in now_are.items()},
        carriers=carriers,
        wording=wording,
        moment=moment,
    )
    midnight = day_began_at(now=moment.now)
    since = min(midnight, moment.now - SAME_WORDS_AFTER)
    for given in await desk.messages.given_since({*heard, *merged}, since=since):
        holder_of = merged.get(given.participant_id, given.participant_id)
        heard[holder_of].note(at=given.at, words=given.words, counts=given.at >= midnight)
    cleared = [clearing.clear(message) for message in due]
    may_go = [one for one in cleared if isinstance(one, Cleared)]
    return may_go, [one.message if isinstance(one, Cleared) else one for one in cleared]


async def _withdrawn(due: Sequence[Message], *, desk: Desk) -> frozenset[UUID]:
    """The places and enrolments of these messages that the person has withdrawn from."""
    places = {message.place_id for message in due if message.place_id is not None}
    enrolments = {id_ for message in due for id_ in message.of_enrolment} - places
    return await desk.enrolments.withdrawn(enrolment_ids=enrolments, place_ids=places) if places or enrolments else frozenset()


@dataclass(slots=True)
class _Heard:
    """What one person was sent lately, with what is cleared for them in this portion."""

    today: int = 0
    words: dict[str, datetime] = field(default_factory=dict)

    def note(self, *, at: datetime, words: str | None, counts: bool = True) -> None:
        self.today += counts
        if words is not None:
            self.words[words] = max(at, self.words.get(words, at))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Clearing:
    contacts: Mapping[UUID, Contact]
    statuses: Mapping[UUID, str]
    cohorts: Mapping[UUID, Cohort]
    withdrawn: frozenset[UUID]
    heard: Mapping[UUID, _Heard]
    carriers: Carriers
    wording: Wording
    moment: Moment

    def clear(self, message: Message) -> Cleared | Message:
        """The message with its words if it may go; otherwise as it waits or ends."""
        now = self.moment.now
        contact = self.contacts.get(message.participant_id)
        decision = decide(
            message=message,
            contact=contact,
            working=self.carriers.channels,
            now=now,
            heard_today=self.heard[message.participant_id].today,
            status=self.statuses.get(message.participant_id, ACTIVE),
            withdrawn=bool(message.of_enrolment & self.withdrawn),
        )
        match decision:
            case Wait(reason, until):
                return message.defer(reason=reason, until=until, now=now)
            case Drop(reason):
                return message.drop(reason=reason, now=now)
            case Go() as go:
                return self._put_in_words(message, go)

    def _put_in_words(self, message: Message, go: Go) -> Cleared | Message:
        contact = self.contacts[message.participant_id]
        try:
            words = self.wording.put(
                message=message, channel=go.channel, contact=contact, cohorts=self.cohorts, now=self.moment.now
            )
        except WordingError:
            return self._claim(message, go).refused(reason=Reason.NO_WORDS, now=self.moment.now)
        if go.channel is Channel.SMS and is_too_long(words.body):
            return self._claim(message, go).refused(reason=Reason.TOO_LONG, now=self.moment.now)
        digest = words_digest(channel=go.channel, subject=words.subject, body=words.body)
        heard = self.heard[message.participant_id]
        said_at = heard.words.get(digest)
        if said_at is not None and self.moment.now < said_at + SAME_WORDS_AFTER:
            until = min(said_at + SAME_WORDS_AFTER, message.useful_until)
            return message.defer(reason=Reason.SAME_WORDS, until=until, now=self.moment.now)
        heard.note(at=self.moment.now, words=digest)
        taken = self._claim(message, go, digest=digest)
        unsubscribe = self.wording.unsubscribe_address(taken.unsubscribe) if taken.unsubscribe else None
        return Cleared(
            taken, Letter(reference=message.id, to=go.address, words=words, unsubscribe=unsubscribe), self._provider(go)
        )

    def _claim(self, message: Message, go: Go, *, digest: str | None = None) -> Message:
        with_unsubscribe = go.channel is Channel.EMAIL and message.kind in MAY_DO_WITHOUT
        return message.claim(
            channel=go.channel,
            provider=self._provider(go).name,
            until=self.moment.until,
            now=self.moment.now,
            words=digest,
            unsubscribe=self.moment.new_token() if with_unsubscribe else None,
        )

    def _provider(self, go: Go) -> Provider:
        return self.carriers.carrier(go.channel, real_now=self.moment.real_now)
