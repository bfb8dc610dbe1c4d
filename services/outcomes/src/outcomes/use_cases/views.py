"""What pages and programs read: shapes only, filled by plain SQL."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from outcomes.domain.assessment import Assessment
from outcomes.domain.questionnaire import Questionnaire
from outcomes.domain.signposting import Signposting


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A questionnaire on the work list, with the person's name where it is known."""

    questionnaire: Questionnaire
    display_name: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkList:
    """One page of the work list, and how many there are in all."""

    listed: tuple[Listed, ...]
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ParticipantResults:
    """All that outcomes knows of one participant; `newest` and `signposting` go by enrolment."""

    questionnaires: tuple[Questionnaire, ...]
    newest: Mapping[UUID, Mapping[str, Assessment]]
    signposting: Mapping[UUID, Signposting]


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """How far people got, and what contradicts itself (sentences with ids)."""

    funnel: Mapping[str, int]
    problems: tuple[str, ...]
