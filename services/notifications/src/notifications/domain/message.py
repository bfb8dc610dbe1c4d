"""A message to one person and its life; docs/states.md shows the same life as a table."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any
from uuid import UUID


class Kind(StrEnum):
    """What a message tells."""

    REFERRAL_RECEIVED = "referral_received"
    REFERRAL_DECLINED = "referral_declined"
    MORE_INFORMATION_NEEDED = "more_information_needed"
    PLACE_FOUND = "place_found"
    PLACE_OFFERED = "place_offered"
    WAITING_LIST = "waiting_list"
    WAITING_LIST_LEFT = "waiting_list_left"
    SESSION_REMINDER = "session_reminder"
    SESSION_CHANGED = "session_changed"
    SESSION_CANCELLED_TODAY = "session_cancelled_today"
    QUESTIONNAIRE_DUE = "questionnaire_due"
    QUESTIONNAIRE_REMINDER = "questionnaire_reminder"
    FOLLOW_UP = "follow_up"
    WHAT_COMES_NEXT = "what_comes_next"
    MISSED_TWO = "missed_two"
    MAKE_UP_SESSION = "make_up_session"
    MAKE_UP_REMINDER = "make_up_reminder"
    MAKE_UP_OFF = "make_up_off"
    COMPLETE_NOMINATION = "complete_nomination"
    CONFIRM_CONTACT = "confirm_contact"
    OWN_PAGE = "own_page"


class Status(StrEnum):
    """Where a message is in its life."""

    PLANNED = "planned"
    DEFERRED = "deferred"
    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"
    FAILED = "failed"
    DROPPED = "dropped"
    UNKNOWN = "unknown"


class Channel(StrEnum):
    """How a message reaches a person."""

    SMS = "sms"
    EMAIL = "email"


class Reason(StrEnum):
    """Why a message waits or will not arrive: a code that `meaning` turns into words for staff."""

    CONTACT_UNKNOWN = "contact_unknown"
    QUIET_HOURS = "quiet_hours"
    ENOUGH_TODAY = "enough_today"
    SAME_WORDS = "same_words"
    PROVIDER_UNAVAILABLE = "provider_unavailable"
    INTERRUPTED = "interrupted"
    NO_CHANNEL = "no_channel"
    STOPPED = "stopped"
    UNSUBSCRIBED = "unsubscribed"
    PAST_ITS_USE = "past_its_use"
    REPLACED = "replaced"
    PLACE_CHANGED = "place_changed"
    PLACE_ENDED = "place_ended"
    CAME_AGAIN = "came_again"
    SESSION_CANCELLED = "session_cancelled"
    NO_LONGER_ASKED = "no_longer_asked"
    REFERRAL_CANCELLED = "referral_cancelled"
    LINK_ENDED = "link_ended"
    REFUSED_BY_PROVIDER = "refused_by_provider"
    TOO_LONG = "too_long"
    NO_WORDS = "no_words"
    NOT_CONFIRMED = "not_confirmed"
    NO_SUCH_ADDRESS = "no_such_address"
    OUT_OF_REACH = "out_of_reach"
    FAILED_AT_PROVIDER = "failed_at_provider"
    PERSON_DIED = "person_died"
    PERSON_ERASED = "person_erased"
    WITHDRAWN = "withdrawn"

    @property
    def meaning(self) -> str:
        """The reason as a sentence."""
        return _MEANINGS[self]


_MEANINGS = MappingProxyType(
    {
        Reason.CONTACT_UNKNOWN: "We don't know yet how to reach the person.",
        Reason.QUIET_HOURS: "Messages go between 8am and 8pm.",
        Reason.ENOUGH_TODAY: "The person has had four messages today; it goes tomorrow.",
        Reason.SAME_WORDS: "The person got the same words within the hour.",
        Reason.PROVIDER_UNAVAILABLE: "The provider could not take it; it is tried again.",
        Reason.INTERRUPTED: "Sending was interrupted before the provider had it; it is tried again.",
        Reason.NO_CHANNEL: "The person has no phone or email that they agreed to be written to.",
        Reason.STOPPED: "The person replied STOP, and there is no email that they agreed to be written to.",
        Reason.UNSUBSCRIBED: "The person wants no more emails that they may do without.",
        Reason.PAST_ITS_USE: "What it is about has already happened.",
        Reason.REPLACED: "A newer message says it.",
        Reason.PLACE_CHANGED: "The person no longer has this place.",
        Reason.PLACE_ENDED: "The person's programme has ended.",
        Reason.CAME_AGAIN: "The person has come to a session since.",
        Reason.SESSION_CANCELLED: "The session does not take place.",
        Reason.NO_LONGER_ASKED: "The questionnaire is no longer asked for.",
        Reason.REFERRAL_CANCELLED: "The referral was cancelled.",
        Reason.LINK_ENDED: "The link in it no longer opens anything.",
        Reason.REFUSED_BY_PROVIDER: "The provider refused it for good.",
        Reason.TOO_LONG: "The text is longer than a text message may be.",
        Reason.NO_WORDS: "Its words could not be put together.",
        Reason.NOT_CONFIRMED: "The provider may or may not have it, and cannot be asked. It is not sent again by itself.",
        Reason.NO_SUCH_ADDRESS: "The provider could not deliver it: the number or address does not work.",
        Reason.OUT_OF_REACH: "The provider tried for as long as it does: the phone was off or the mailbox full.",
        Reason.FAILED_AT_PROVIDER: "The provider failed with it.",
        Reason.PERSON_DIED: "We were told that the person has died.",
        Reason.PERSON_ERASED: "The person was erased.",
        Reason.WITHDRAWN: "The person has withdrawn from the programme.",
    }
)

LIFE: Mapping[tuple[Status, str], Status] = MappingProxyType(
    {
        (Status.PLANNED, "claim"): Status.SENDING,
        (Status.PLANNED, "defer"): Status.DEFERRED,
        (Status.PLANNED, "drop"): Status.DROPPED,
        (Status.PLANNED, "replan"): Status.PLANNED,
        (Status.DEFERRED, "claim"): Status.SENDING,
        (Status.DEFERRED, "defer"): Status.DEFERRED,
        (Status.DEFERRED, "drop"): Status.DROPPED,
        (Status.DEFERRED, "replan"): Status.PLANNED,
        (Status.SENDING, "sent"): Status.SENT,
        (Status.SENDING, "refused"): Status.FAILED,
        (Status.SENDING, "put back"): Status.DEFERRED,
        (Status.SENDING, "lose sight of"): Status.UNKNOWN,
        (Status.SENDING, "delivered"): Status.DELIVERED,
        (Status.SENDING, "not delivered"): Status.FAILED,
        (Status.SENT, "delivered"): Status.DELIVERED,
        (Status.SENT, "not delivered"): Status.FAILED,
        (Status.UNKNOWN, "delivered"): Status.DELIVERED,
        (Status.UNKNOWN, "not delivered"): Status.FAILED,
        (Status.FAILED, "delivered"): Status.DELIVERED,
        (Status.DROPPED, "replan"): Status.PLANNED,
    }
)

OPEN = frozenset({Status.PLANNED, Status.DEFERRED})
_EMAIL_MAY_REACH = frozenset({Reason.REFUSED_BY_PROVIDER, Reason.NO_SUCH_ADDRESS, Reason.FAILED_AT_PROVIDER, Reason.TOO_LONG})
ENDED = frozenset({Status.SENT, Status.DELIVERED, Status.FAILED, Status.DROPPED, Status.UNKNOWN})


class RepeatError(ValueError):
    """The message can't be sent again, and why, for staff to read."""


class LifeError(ValueError):
    """The step is not one that a message in this status can take."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A stretch of a message's life: the status it took, when (domain time) and why, and the provider that it was given to."""

    status: Status
    at: datetime
    reason: Reason | None = None
    provider: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message to one person; (participant, kind, about) is never sent twice.

    `due_at`, `useful_until` and `given_at`, when it was last given to a provider, are domain time; `retry_at` and `claimed_until`
    real time. `facts` are the dates, codes and links that its words need and that nothing else in the service keeps; never a name
    or an address. `words` is a digest by which the same words are known again, `unsubscribe` the token in the
    email's header. `only_channel` is set where another channel was tried in vain, `asked_by` and `asked_because` where staff had
    it sent again.
    """

    id: UUID
    participant_id: UUID
    kind: Kind
    about_id: str
    place_id: UUID | None = None
    cohort_id: UUID | None = None
    session_id: UUID | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    status: Status = Status.PLANNED
    reason: Reason | None = None
    due_at: datetime
    useful_until: datetime
    planned_at: datetime
    changed_at: datetime
    sequence: int = 1
    attempts: int = 0
    channel: Channel | None = None
    provider: str | None = None
    claimed_until: datetime | None = None
    retry_at: datetime | None = None
    given_at: datetime | None = None
    words: str | None = None
    unsubscribe: str | None = None
    only_channel: Channel | None = None
    asked_by: str | None = None
    asked_because: str | None = None
    life: tuple[Stage, ...] = ()

    @property
    def is_open(self) -> bool:
        """Whether it still waits to be sent."""
        return self.status in OPEN

    @property
    def cohort_ids(self) -> frozenset[UUID]:
        """The cohorts that its words are made from: the person's own, and one that they left."""
        left = self.facts.get("left_cohort_id")
        return frozenset(cohort_id for cohort_id in (self.cohort_id, UUID(left) if left else None) if cohort_id is not None)

    @property
    def of_enrolment(self) -> frozenset[UUID]:
        """By what it belongs to an enrolment: its place, or the enrolment itself; nothing where it belongs to none."""
        enrolment_id = self.facts.get("enrolment_id")
        named = (self.place_id, UUID(enrolment_id) if enrolment_id else None)
        return frozenset(id_ for id_ in named if id_ is not None)

    @property
    def failed_by_text(self) -> bool:
        """Whether it could not reach the person by text message for good, so that email may."""
        return self.status is Status.FAILED and self.channel is Channel.SMS and self.reason in _EMAIL_MAY_REACH

    @property
    def email_about_id(self) -> str:
        """What an email in place of this message is about, so that there is one at most."""
        return f"{self.about_id}@email"

    def can(self, step: str) -> bool:
        """Whether a message in this status can take the step."""
        return (self.status, step) in LIFE

    def claim(
        self,
        *,
        channel: Channel,
        provider: str,
        until: datetime,
        now: datetime,
        words: str | None = None,
        unsubscribe: str | None = None,
    ) -> "Message":
        """Take it for sending; whoever took it has until `until` (real time) to say what became of it."""
        return self._step(
            "claim",
            now=now,
            reason=None,
            channel=channel,
            provider=provider,
            claimed_until=until,
            given_at=now,
            words=words,
            unsubscribe=unsubscribe or self.unsubscribe,
            retry_at=None,
            attempts=self.attempts + 1,
        )

    def defer(self, *, reason: Reason, until: datetime, now: datetime) -> "Message":
        """Let it wait until `until` (domain time), visibly."""
        return self._step("defer", now=now, reason=reason, due_at=until, retry_at=None)

    def drop(self, *, reason: Reason, now: datetime) -> "Message":
        """Give it up: it is not needed, or can't reach the person."""
        return self._step("drop", now=now, reason=reason, retry_at=None)

    def replan(self, *, due_at: datetime, useful_until: datetime, now: datetime) -> "Message":
        """Plan it again for other times."""
        return self._step("replan", now=now, reason=None, due_at=due_at, useful_until=useful_until, retry_at=None)

    def given_to(self, participant_id: UUID) -> "Message":
        """The message of what another person has now, as after a merge."""
        return replace(self, participant_id=participant_id)

    def emptied(self) -> "Message":
        """The message without what its words were made from."""
        return replace(self, facts={}, words=None)

    def keep_claimed(self, *, until: datetime) -> "Message":
        """Somebody else takes over saying what became of it, until `until` (real time)."""
        return replace(self, claimed_until=until)

    def sent(self, *, now: datetime) -> "Message":
        """The provider has it."""
        return self._step("sent", now=now, reason=None, claimed_until=None)

    def refused(self, *, reason: Reason, now: datetime) -> "Message":
        """It can never be sent by this provider to this address."""
        return self._step("refused", now=now, reason=reason, claimed_until=None)

    def put_back(self, *, reason: Reason, retry_at: datetime, now: datetime) -> "Message":
        """The provider surely does not have it: try again from `retry_at` (real time)."""
        return self._step("put back", now=now, reason=reason, claimed_until=None, retry_at=retry_at)

    def lose_sight(self, *, now: datetime) -> "Message":
        """Nobody can say whether the provider has it."""
        return self._step("lose sight of", now=now, reason=Reason.NOT_CONFIRMED, claimed_until=None)

    def delivered(self, *, now: datetime) -> "Message":
        """The provider says that it arrived."""
        return self._step("delivered", now=now, reason=None, claimed_until=None)

    def not_delivered(self, *, reason: Reason, now: datetime) -> "Message":
        """The provider had it and says that it will not arrive."""
        return self._step("not delivered", now=now, reason=reason, claimed_until=None)

    def again(self, *, new_id: UUID, number: int, until: datetime, by: str, because: str, now: datetime) -> "Message":
        """Another message with the same words, of use until `until`, because staff want it sent again.

        RepeatError if this one still goes by itself, or what it is about is over.
        """
        if self.status not in ENDED:
            msg = "This message has not ended yet: it goes, or waits, by itself."
            raise RepeatError(msg)
        if until <= now:
            msg = "What this message is about is over, so it is not sent again."
            raise RepeatError(msg)
        first = self.about_id.partition("@again-")[0]
        return Message(
            id=new_id,
            participant_id=self.participant_id,
            kind=self.kind,
            about_id=f"{first}@again-{number}",
            place_id=self.place_id,
            cohort_id=self.cohort_id,
            session_id=self.session_id,
            facts=self.facts,
            due_at=now,
            useful_until=until,
            planned_at=now,
            changed_at=now,
            asked_by=by,
            asked_because=because,
        )

    def by_email(self, *, new_id: UUID, now: datetime) -> "Message":
        """Another message with the same words, for when this one could not be delivered by text message."""
        return Message(
            id=new_id,
            participant_id=self.participant_id,
            kind=self.kind,
            about_id=self.email_about_id,
            place_id=self.place_id,
            cohort_id=self.cohort_id,
            session_id=self.session_id,
            facts=self.facts,
            due_at=now,
            useful_until=self.useful_until,
            planned_at=now,
            changed_at=now,
            only_channel=Channel.EMAIL,
        )

    def _step(self, step: str, *, now: datetime, **changes: Any) -> "Message":
        to = LIFE.get((self.status, step))
        if to is None:
            msg = f"a message that is {self.status} can't take the step {step!r}"
            raise LifeError(msg)
        after = replace(self, status=to, sequence=self.sequence + 1, changed_at=now, **changes)
        stage = Stage(status=to, at=now, reason=after.reason, provider=after.provider if to is Status.SENDING else None)
        latest = self.life[-1] if self.life else None
        if latest is not None and (latest.status, latest.reason, latest.provider) == (stage.status, stage.reason, stage.provider):
            return after
        return replace(after, life=(*self.life, stage))
