"""A questionnaire of one person at one time point, and the states it goes through."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal
from uuid import UUID

from outcomes.domain.time_points import Window

State = Literal["planned", "due", "completed", "missed", "cancelled"]
Happening = Literal["due_later", "due_now", "closed", "answered", "place_lost"]

STATES: tuple[State, ...] = ("planned", "due", "completed", "missed", "cancelled")
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
    "missed": "This questionnaire has closed.",
    "cancelled": "This questionnaire is no longer needed.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Questionnaire:
    """One person's questionnaire at one time point. `sequence` grows with each change; `token` opens it without a sign-in."""

    questionnaire_id: UUID
    sequence: int
    participant_id: UUID
    enrolment_id: UUID
    programme: str
    time_point: str
    status: State
    due_at: datetime
    closes_at: datetime
    token: str
    instruments: tuple[str, ...]


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
    due_at = questionnaire.due_at if questionnaire.status == "due" else window.due_at
    if (state, due_at, window.closes_at) == (questionnaire.status, questionnaire.due_at, questionnaire.closes_at):
        return questionnaire
    return replace(questionnaire, status=state, due_at=due_at, closes_at=window.closes_at, sequence=questionnaire.sequence + 1)


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
    window = Window(due_at=questionnaire.due_at, closes_at=questionnaire.closes_at)
    return replanned(questionnaire, window=window, now=now)


def answered(questionnaire: Questionnaire, *, now: datetime) -> Questionnaire:
    """The questionnaire after answers came; a completed one takes corrections. NotOpenError where it takes none."""
    current = at(questionnaire, now=now)
    state = NEXT.get((current.status, "answered"))
    if state is None:
        raise NotOpenError(current.status)
    if state == questionnaire.status:
        return questionnaire
    return replace(questionnaire, status=state, sequence=questionnaire.sequence + 1)


def is_told(*, before: Questionnaire | None, after: Questionnaire) -> bool:
    """Whether a change is one that others have to know: what is only planned, or was before it was cancelled, is not."""
    never_due = before is None or before.status == "planned"
    return after.status != "planned" and not (after.status == "cancelled" and never_due)
