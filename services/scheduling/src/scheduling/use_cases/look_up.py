"""What staff may want to see, and what storage must answer. Nothing here changes anything."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from scheduling.domain.offers import Offer
from scheduling.domain.programmes import Programme
from scheduling.use_cases.look_up_day import Day
from scheduling.use_cases.look_up_register import HistoryLine, PersonsProgress, RegisterSheet
from scheduling.use_cases.look_up_tasks import ShownTask


@dataclass(frozen=True, slots=True, kw_only=True)
class CohortSummary:
    """One line of the list of cohorts. `seats_taken` and `close_attention` count the people who have a seat."""

    cohort_id: UUID
    site_id: str
    site_name: str
    programme: str
    status: str
    capacity: int
    seats_taken: int
    close_attention_limit: int
    close_attention: int
    first_session_at: datetime
    last_session_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionLine:
    """One session of a cohort; `themes` are codes. `present` is null until it has a register.

    `elsewhere` names its site and room where these are not the cohort's own.
    """

    session_id: UUID
    number: int
    starts_at: datetime
    ends_at: datetime
    status: str
    present: int | None
    themes: Sequence[str]
    elsewhere: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceLine:
    """One person of a cohort. `display_name` is null until enrolment has told it."""

    place_id: UUID
    participant_id: UUID
    display_name: str | None
    status: str
    seat: int | None
    close_attention: bool
    sessions_attended: int
    sessions_run: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CohortDetail(CohortSummary):
    """A cohort with its sessions and places; `owed` are the codes of themes of which every session was cancelled."""

    owed: Sequence[str]
    sessions: Sequence[SessionLine]
    places: Sequence[PlaceLine]
    room: str | None
    lead: str | None
    cover: str | None
    employer: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingPerson:
    """One person on the waiting list; `reason` is why there is no seat now. `outward_code` says where they live.

    They wait since they were referred, where that is known. `told_reason` is what they heard last.
    """

    place_id: UUID
    participant_id: UUID
    display_name: str | None
    programme: str
    preferred_site: str | None
    outward_code: str | None
    close_attention: bool
    enrolled_at: datetime
    waiting_since: datetime
    reason: str
    told_reason: str
    offers_refused: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ParticipantPlace:
    """Where one person stands, for the page about them."""

    place_id: UUID
    programme: str
    status: str
    waiting_reason: str | None
    cohort_id: UUID | None
    site_id: str | None
    site_name: str | None
    first_session_at: datetime | None
    last_session_at: datetime | None
    sessions_attended: int
    sessions_run: int
    next_session_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferSheet:
    """An offer as the person sees it: where it is, and when its sessions to come start."""

    offer: Offer
    site_id: str
    site_name: str
    sessions: Sequence[datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class SuggestedCohort:
    """A cohort that should open: `expected` people of the waiting list would fill it, the longest of whom waited so many days.

    `part` of the day is am, pm or eve; `could_come` counts everybody whom it fits, before capacity and close attention.
    """

    site_id: str
    site_name: str
    weekdays: Sequence[str]
    part: str
    expected: int
    capacity: int
    could_come: int
    longest_wait_days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferedPerson:
    """Somebody who has an offer that stands."""

    place_id: UUID
    participant_id: UUID
    display_name: str | None
    programme: str
    site_id: str
    site_name: str
    first_session_at: datetime
    answer_by: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CohortChoice:
    """A cohort that staff could give somebody a place of; whether it `fits` what the person looks for."""

    cohort_id: UUID
    site_name: str
    first_session_at: datetime
    free: int
    fits: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionChoice:
    """A session of another cohort for what somebody is owed: `themes` are those, `free` how many can come."""

    session_id: UUID
    cohort_id: UUID
    site_id: str
    site_name: str
    starts_at: datetime
    themes: Sequence[str]
    free: int
    fits: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MakeUpLine:
    """A session of another cohort to which somebody comes or came; `may_take_back` while it has not begun."""

    session_id: UUID
    site_name: str
    starts_at: datetime
    themes: Sequence[str]
    status: str
    attendance: str | None
    may_take_back: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MakeUpSheet:
    """What somebody in a cohort is owed (codes of themes), the sessions chosen for it, and those that could be, best first."""

    place_id: UUID
    owed: Sequence[str]
    make_ups: Sequence[MakeUpLine]
    choices: Sequence[SessionChoice]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceSheet:
    """One place and what can be done about it."""

    place_id: UUID
    participant_id: UUID
    display_name: str | None
    programme: str
    status: str
    waiting_reason: str | None
    close_attention: bool
    cohort_id: UUID | None
    site_id: str | None
    site_name: str | None
    first_session_at: datetime | None
    offer: Offer | None
    choices: Sequence[CohortChoice]


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """Counts of the journey so far, and what should never be, one sentence each."""

    funnel: Mapping[str, int]
    problems: Sequence[str]


class Reads(Protocol):
    """`sites` narrows an answer to those sites; empty means all."""

    async def cohorts(self, *, status: str | None, sites: Sequence[str]) -> list[CohortSummary]: ...

    async def cohort(self, cohort_id: UUID) -> CohortDetail | None: ...

    async def register(self, session_id: UUID, *, programmes: Mapping[str, Programme], now: datetime) -> RegisterSheet | None: ...

    async def register_history(self, session_id: UUID) -> Sequence[HistoryLine]: ...

    async def progress(self, *, cohort_id: UUID, participant_id: UUID) -> PersonsProgress | None: ...

    async def day(self, *, member_id: UUID, sites: Sequence[str], now: datetime) -> Day: ...

    async def tasks(
        self, *, unfinished: bool, kinds: Sequence[str], sites: Sequence[str], set_aside: bool = False
    ) -> list[ShownTask]: ...

    async def task(self, task_id: UUID) -> ShownTask | None: ...

    async def waiting(self, *, now: datetime) -> list[WaitingPerson]: ...

    async def places_of(self, participant_id: UUID, *, now: datetime) -> list[ParticipantPlace]: ...

    async def offered(self) -> list[OfferedPerson]: ...

    async def place(self, place_id: UUID, *, sites: Sequence[str], now: datetime) -> PlaceSheet | None: ...

    async def make_ups(self, place_id: UUID, *, sites: Sequence[str], now: datetime) -> MakeUpSheet | None: ...

    async def suggestions(self, programme: str, *, most: int, now: datetime) -> list[SuggestedCohort]: ...

    async def offer(self, token: str) -> OfferSheet | None: ...

    async def offer_of_place(self, place_id: UUID) -> OfferSheet | None: ...

    async def audit(self, *, now: datetime) -> Audit: ...
