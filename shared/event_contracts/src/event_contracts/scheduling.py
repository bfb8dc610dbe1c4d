"""What scheduling decides."""

from datetime import datetime
from uuid import UUID

from event_contracts.contract import Contract


class SessionFact(Contract):
    """One dated session of a cohort; times are UTC instants. `status`: planned, held, cancelled. `themes` are codes.

    `site_id`, `site_name` and `room` are there where it is elsewhere than its cohort.
    """

    session_id: UUID
    number: int
    starts_at: datetime
    ends_at: datetime
    status: str
    themes: list[str] = []
    site_id: str | None = None
    site_name: str | None = None
    room: str | None = None


class CohortChanged(Contract):
    """A cohort with all its sessions. One with an `employer` (an organisation's code) is for that organisation's people."""

    cohort_id: UUID
    sequence: int
    programme: str
    site_id: str
    site_name: str
    status: str
    sessions: list[SessionFact]
    room: str | None = None
    capacity: int | None = None
    employer: str | None = None


class SiteChanged(Contract):
    """Where sessions take place. `outward_code` is the first half of its postcode; access features are codes."""

    site_id: str
    sequence: int
    name: str
    kind: str
    status: str
    outward_code: str
    address: str | None = None
    what_to_bring: str | None = None
    parking: str | None = None
    access_features: list[str] = []
    changed_at: datetime


class MakeUpFact(Contract):
    """One session of another cohort to which a person comes for one of their own. `status`: coming, taken_back, cancelled.

    `themes` are those that it makes up for; `attendance` (present, absent, excused) is there once its register has it.
    """

    session_id: UUID
    cohort_id: UUID
    site_id: str
    site_name: str
    starts_at: datetime
    ends_at: datetime
    status: str
    themes: list[str] = []
    attendance: str | None = None


class PlaceChanged(Contract):
    """Where a person stands: on the waiting list, in a cohort, or done. Counts grow with each register.

    `missed_in_a_row` sessions were missed without an excuse since the person last came.
    `make_ups` are sessions of other cohorts; attended, they may count among `sessions_attended`.
    While a place is offered, `offer_token` opens the page that answers it, until `offered_until`.
    """

    place_id: UUID
    sequence: int
    participant_id: UUID
    enrolment_id: UUID
    programme: str
    status: str
    waiting_reason: str | None = None
    cohort_id: UUID | None = None
    first_session_at: datetime | None = None
    last_session_at: datetime | None = None
    sessions_attended: int = 0
    sessions_run: int = 0
    missed_in_a_row: int = 0
    changed_at: datetime
    offered_until: datetime | None = None
    offer_token: str | None = None
    site_id: str | None = None
    make_ups: list[MakeUpFact] = []
