"""A questionnaire of one person at one time point, and the states it goes through."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal
from uuid import UUID

from outcomes.domain.time_points import Window

State = Literal["planned", "due", "completed", "missed", "late", "cancelled"]
Happening = Literal["due_later", "due_now", "closed", "answered", "place_lost"]

STATES: tuple[State, ...] = ("planned", "due", "completed", "missed", "late", "cancelled")
ANSWERED: frozenset[State] = frozenset({"completed", "late"})
HAPPENINGS: tuple[Happening, ...] = ("due_later", "due_now", "closed", "answered", "place_lost")

NEXT: Mapping[tuple[State | None, Happening], State] = {
    (None, "due_later"): "planned",
    (None, "due_now"): "due",
    (None, "closed"): "missed",
    ("planned", "due_later"): "planned",
    ("planned", "due_now"): "due",
    ("planned", "closed"): "missed",
    ("planned", "place_lost"): "cancelled",
    ("due", "due_later"): "due",
    ("due", "due_now"): "due",
    ("due", "closed"): "missed",
    ("due", "answered"): "completed",
    ("due", "place_lost"): "cancelled",
    ("completed", "answered"): "completed",
    ("missed", "due_later"): "planned",
    ("missed", "due_now"): "due",
    ("missed", "answered"): "late",
    ("late", "answered"): "late",
    ("cancelled", "due_later"): "planned",
    ("cancelled", "due_now"): "due",
}


class NotOpenError(ValueError):
    """The questionnaire takes no answers in the state that it is in."""

    def __init__(self, state: str) -> None:
        super().__init__(REFUSALS.get(state, "This questionnaire cannot be answered."))
        self.state = state


REFUSALS: Mapping[str, str] = {
    "planned": "This questionnaire is not open yet.",
    "completed": "This questionnaire has been sent already.",
    "late": "This questionnaire has been sent already.",
    "missed": "This questionnaire has closed.",
    "cancelled": "This questionnaire is no longer needed.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Questionnaire:
    """One person's questionnaire at one time point. `sequence` grows with each change; `token` opens it without a sign-in.

    Answers after `closes_at` are late; after `late_until` none are taken. `reminded` counts the reminders that were told,
    `remind_at` says when. `answered_at` is when the person's answers first came. A revoked link opens nothing.
    """

    questionnaire_id: UUID
    sequence: int
    participant_id: UUID
    enrolment_id: UUID
    programme: str
    time_point: str
    status: State
    due_at: datetime
    closes_at: datetime
    late_until: datetime
    token: str
    instruments: tuple[str, ...]
    remind_at: tuple[datetime, ...] = ()
    reminded: int = 0
    answered_at: datetime | None = None
    link_revoked_at: datetime | None = None

    @property
    def window(self) -> Window:
        """Its dates."""
        return Window(due_at=self.due_at, closes_at=self.closes_at, late_until=self.late_until, remind_at=self.remind_at)

    @property
    def next_reminder_at(self) -> datetime | None:
        """When the next reminder is due; None where there is none to come, and while the link is revoked."""
        to_come = self.remind_at[self.reminded :]
        waits = self.status == "due" and self.link_revoked_at is None
        return to_come[0] if waits and to_come and to_come[0] < self.closes_at else None


def happening_at(*, window: Window, now: datetime) -> Happening:
    """What the clock says about a window: due later, due now (from `due_at`, before `closes_at`), or closed."""
    if now >= window.closes_at:
        return "closed"
    return "due_now" if now >= window.due_at else "due_later"


def replanned(questionnaire: Questionnaire, *, window: Window, now: datetime) -> Questionnaire:
    """The questionnaire after the dates it hangs on were told again; the same one if nothing changes.

    One that is due stays due: it has been announced. Answered ones are never touched.
    """
    state = NEXT.get((questionnaire.status, happening_at(window=window, now=now)))
    if state is None:
        return questionnaire
    dates = window
    if questionnaire.status == "due":
        dates = replace(window, due_at=questionnaire.due_at, remind_at=questionnaire.remind_at)
    if (state, dates) == (questionnaire.status, questionnaire.window):
        return questionnaire
    return replace(
        questionnaire,
        status=state,
        due_at=dates.due_at,
        closes_at=dates.closes_at,
        late_until=dates.late_until,
        remind_at=dates.remind_at,
        sequence=questionnaire.sequence + 1,
    )


def place_lost(questionnaire: Questionnaire) -> Questionnaire:
    """The questionnaire after its place is gone: cancelled, unless it was answered or missed before."""
    state = NEXT.get((questionnaire.status, "place_lost"))
    if state is None:
        return questionnaire
    return replace(questionnaire, status=state, sequence=questionnaire.sequence + 1)


def at(questionnaire: Questionnaire, *, now: datetime) -> Questionnaire:
    """The questionnaire as the clock leaves it: due when its time comes, missed when it closes."""
    if questionnaire.status not in {"planned", "due"}:
        return questionnaire
    return replanned(questionnaire, window=questionnaire.window, now=now)


def takes_answers(questionnaire: Questionnaire, *, now: datetime) -> bool:
    """Whether first answers are taken: while it is due, and for a while after it closed."""
    current = at(questionnaire, now=now)
    return current.status == "due" or (current.status == "missed" and now < current.late_until)


def answered(questionnaire: Questionnaire, *, now: datetime) -> Questionnaire:
    """The questionnaire after answers came, completed or late; an answered one takes corrections. NotOpenError otherwise."""
    current = at(questionnaire, now=now)
    state = NEXT.get((current.status, "answered"))
    if state is None or not (current.status in ANSWERED or takes_answers(questionnaire, now=now)):
        raise NotOpenError(current.status)
    if state == questionnaire.status:
        return questionnaire
    return replace(questionnaire, status=state, answered_at=now, sequence=questionnaire.sequence + 1)


def reminded(questionnaire: Questionnaire, *, now: datetime) -> Questionnaire:
    """The questionnaire after its reminder was told; reminders that were slept through count as told. The same if none is due."""
    next_at = questionnaire.next_reminder_at
    if next_at is None or now < next_at or now >= questionnaire.closes_at:
        return questionnaire
    told = sum(at_ <= now for at_ in questionnaire.remind_at)
    return replace(questionnaire, reminded=told, sequence=questionnaire.sequence + 1)


def link_revoked(questionnaire: Questionnaire, *, token: str, now: datetime) -> Questionnaire:
    """The questionnaire after its link was taken back: the old token opens nothing, the new one is told to nobody."""
    return replace(questionnaire, token=token, link_revoked_at=now, sequence=questionnaire.sequence + 1)


def link_renewed(questionnaire: Questionnaire, *, token: str) -> Questionnaire:
    """The questionnaire with a link that works again, and no older one that does."""
    return replace(questionnaire, token=token, link_revoked_at=None, sequence=questionnaire.sequence + 1)


def is_told(*, before: Questionnaire | None, after: Questionnaire) -> bool:
    """Whether a change is one that others have to know: what is only planned, or was before it was cancelled, is not."""
    never_due = before is None or before.status == "planned"
    return after.status != "planned" and not (after.status == "cancelled" and never_due)
