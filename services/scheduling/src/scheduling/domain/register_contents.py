"""What an entry of a register may say, and how each is read from what a tablet sends."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, TypeAlias

from scheduling.domain.broken_rule import BrokenRuleError
from scheduling.domain.exercises import ExerciseRecord, exercise_from, text_of
from scheduling.domain.registers import Mark, mark_from

ATTENDANCE = "attendance"
EXERCISE = "exercise"
GOALS = "goals"
REVIEW = "review"
CLOSE_ATTENTION = "close_attention"
INCIDENT = "incident"
SIGN_OFF = "sign_off"
# About the session or a happening in it, not necessarily about one person.
WITHOUT_PERSON = frozenset({INCIDENT, SIGN_OFF})

FALL = "fall"
ADVERSE_EVENT = "adverse_event"
OTHER_INCIDENT = "other"
INCIDENT_KINDS = (FALL, ADVERSE_EVENT, OTHER_INCIDENT)

GOALS_MET = ("met", "partly", "not_yet")
LONGEST_TEXT = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Goals:
    """What somebody wants to be able to do, and how they mean to get there: written at the first session."""

    goals: str
    action_plan: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """How the goals stand at the last session, and what comes next in the person's own words."""

    goals_met: str
    review: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseAttention:
    """Whether somebody needs close attention from now on."""

    close_attention: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """A fall, an adverse event or something else that a clinician must hear of, and what was `done` at once."""

    incident: str
    what: str
    done: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SignOff:
    """A member of staff stands for the register with their name."""


Content: TypeAlias = Mark | ExerciseRecord | Goals | Review | CloseAttention | Incident | SignOff


def content_from(kind: str, values: Mapping[str, Any]) -> Content:
    """Read what an entry of this kind says. Raises BrokenRuleError naming the field and the rule."""
    read = _READERS.get(kind)
    if read is None:
        raise BrokenRuleError("kind", f"kind must be among {', '.join(_READERS)}.")
    return read(values)


def _goals_from(values: Mapping[str, Any]) -> Goals:
    return Goals(
        goals=text_of(values, "goals", longest=LONGEST_TEXT, required=True),
        action_plan=text_of(values, "action_plan", longest=LONGEST_TEXT),
    )


def _review_from(values: Mapping[str, Any]) -> Review:
    if values.get("goals_met") not in GOALS_MET:
        raise BrokenRuleError("goals_met", f"goals_met must be {', '.join(GOALS_MET[:-1])} or {GOALS_MET[-1]}.")
    return Review(goals_met=values["goals_met"], review=text_of(values, "review", longest=LONGEST_TEXT))


def _close_attention_from(values: Mapping[str, Any]) -> CloseAttention:
    if not isinstance(values.get("close_attention"), bool):
        raise BrokenRuleError("close_attention", "close_attention must be true or false.")
    return CloseAttention(close_attention=values["close_attention"])


def _incident_from(values: Mapping[str, Any]) -> Incident:
    if values.get("incident") not in INCIDENT_KINDS:
        raise BrokenRuleError("incident", f"incident must be {', '.join(INCIDENT_KINDS[:-1])} or {INCIDENT_KINDS[-1]}.")
    return Incident(
        incident=values["incident"],
        what=text_of(values, "what", longest=LONGEST_TEXT, required=True),
        done=text_of(values, "done", longest=LONGEST_TEXT),
    )


_READERS: Mapping[str, Callable[[Mapping[str, Any]], Content]] = MappingProxyType(
    {
        ATTENDANCE: mark_from,
        EXERCISE: exercise_from,
        GOALS: _goals_from,
        REVIEW: _review_from,
        CLOSE_ATTENTION: _close_attention_from,
        INCIDENT: _incident_from,
        SIGN_OFF: lambda _: SignOff(),
    }
)
