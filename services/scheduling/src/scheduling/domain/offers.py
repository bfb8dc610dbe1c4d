"""An offer of a place: how long it stands, and what becomes of it. The table of states is in docs/states.md."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from scheduling.domain.programmes import Offers
from scheduling.domain.session_dates import LONDON

OFFERED = "offered"
ACCEPTED = "accepted"
DECLINED = "declined"
EXPIRED = "expired"
TAKEN_BACK = "taken_back"
STATES = (OFFERED, ACCEPTED, DECLINED, EXPIRED, TAKEN_BACK)
ANSWERS = (ACCEPTED, DECLINED)

BY_LINK = "link"
BY_TEXT = "text"
BY_STAFF = "staff"


class UnknownOfferError(LookupError):
    """There is no such offer."""


class OfferClosedError(ValueError):
    """The offer can't be answered like this any more; `code` says why, the message is a sentence for whoever answered."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence


def answer_by(rules: Offers, *, offered_at: datetime, starts_at: datetime) -> datetime:
    """The instant at which an offer ends: so many days after it was made, and so long before the first session at the latest."""
    return min(offered_at + timedelta(days=rules.answer_days), latest_answer(rules, starts_at=starts_at))


def latest_answer(rules: Offers, *, starts_at: datetime) -> datetime:
    """When an offer ends at the latest, whenever it was made."""
    return starts_at - timedelta(hours=rules.hours_before_start)


def earliest_start_to_offer(rules: Offers, *, now: datetime) -> datetime:
    """A place in a cohort that starts sooner isn't offered any more: nobody would have the time to answer."""
    return now + timedelta(hours=rules.hours_before_start + rules.least_hours_to_answer)


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """One place of one cohort, offered to one person; `token` opens its page. `answered_by`: link, text or staff."""

    offer_id: UUID
    place_id: UUID
    programme: str
    cohort_id: UUID
    token: str
    status: str
    offered_at: datetime
    answer_by: datetime
    closed_at: datetime | None = None
    answered_by: str | None = None

    def status_at(self, now: datetime) -> str:
        """The status as it is now: an offer whose time is up is expired, whether that was noted yet or not."""
        return EXPIRED if self.status == OFFERED and now >= self.answer_by else self.status

    def answered(self, answer: str, *, by: str, now: datetime) -> "Offer":
        """The offer after an answer; the same answer again changes nothing. Raises OfferClosedError."""
        status = self.status_at(now)
        if status == answer:
            return self
        if status != OFFERED:
            raise OfferClosedError(status, _why_closed(status, self.answer_by))
        return replace(self, status=answer, closed_at=now, answered_by=by)

    def expired(self, *, now: datetime) -> "Offer":
        """The offer once its time is up."""
        if self.status != OFFERED or now < self.answer_by:
            return self
        return replace(self, status=EXPIRED, closed_at=now)

    def ending_by(self, latest: datetime) -> "Offer":
        """The offer, ending then at the latest."""
        return replace(self, answer_by=latest) if self.status == OFFERED and self.answer_by > latest else self

    def taken_back(self, *, now: datetime) -> "Offer":
        """The offer after its cohort was cancelled, or the person withdrew."""
        return replace(self, status=TAKEN_BACK, closed_at=now) if self.status == OFFERED else self


def _why_closed(status: str, answer_by: datetime) -> str:
    ended = answer_by.astimezone(LONDON)
    return {
        EXPIRED: f"This offer ended on {ended.day} {ended:%B} at {ended:%H:%M}. It can't be answered any more.",
        ACCEPTED: "This offer was accepted already. To give up the place, please ring us.",
        DECLINED: "This offer was declined already. The place has gone to somebody else.",
        TAKEN_BACK: "This offer was taken back, because the cohort or the person's enrolment changed.",
    }.get(status, "This offer can't be answered any more.")
