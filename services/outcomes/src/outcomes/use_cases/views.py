"""What pages and programs read: shapes only, filled by plain SQL."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from outcomes.domain.assessment import Assessment
from outcomes.domain.concerns import Concern
from outcomes.domain.instruments.instrument import Answers
from outcomes.domain.questionnaire import Questionnaire
from outcomes.domain.signposting import LocalService, Signpost, Signposting


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
    """All that outcomes knows of one participant; `newest` and `signposting` go by enrolment, `taken_up` by list and code."""

    questionnaires: tuple[Questionnaire, ...]
    newest: Mapping[UUID, Mapping[str, Assessment]]
    signposting: Mapping[UUID, Signposting]
    taken_up: frozenset[tuple[UUID, str]] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedConcern:
    """A concern on its list, with the person's name, the time point, and what was written where that is the concern."""

    concern: Concern
    display_name: str | None
    time_point: str
    comment: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TrailEntry:
    """One thing that happened to a concern; `by` is a name, or the service."""

    happened_at: datetime
    what: str
    by: str
    note: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """A person of a cohort, their questionnaire at a time point, and the answers so far to what is measured in the room."""

    questionnaire: Questionnaire
    display_name: str | None
    measured: Mapping[str, Answers]


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One version of a questionnaire's results, with the name of who entered it."""

    assessment: Assessment
    entered_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportFilter:
    """What a report is about: everything of a programme, or less of it. Months are those of first sessions, such as 2027-01.

    `by` puts groups side by side; `sites` are those that the reader may see, none for all.
    """

    programme: str
    site: str | None = None
    cohort: str | None = None
    channel: str | None = None
    joint: str | None = None
    since: str | None = None
    until: str | None = None
    by: str | None = None
    sites: tuple[str, ...] = ()

    def without_by(self) -> "ReportFilter":
        """The same, all together."""
        return replace(self, by=None)

    def within(self, sites: tuple[str, ...]) -> "ReportFilter":
        """The same, of these sites only; none leaves it as it is."""
        return replace(self, sites=sites)

    def as_data(self) -> dict[str, str | None]:
        """What was asked, for the head of a report."""
        names = ("programme", "site", "cohort", "channel", "joint", "since", "until", "by")
        return {name: getattr(self, name) for name in names}


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """How far people got, and what contradicts itself (sentences with ids)."""

    funnel: Mapping[str, int]
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnThings:
    """What a person sees in their own page: their questionnaires, the earliest first, and what they were pointed to last."""

    questionnaires: tuple[Questionnaire, ...]
    signposts: tuple[Signpost, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectoryEntry:
    """An entry of the directory and where it came from: "file", "upload", or the code of a feed."""

    service: LocalService
    source: str
