"""What a register shows: who is on it, what was entered, by whom, and what was done last time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownEntry:
    """Who made an entry and when; `reason` is there where the register had been signed off before."""

    entry_id: UUID
    by: str
    at: datetime
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownMark(ShownEntry):
    """Whether somebody was there, as it stands or as somebody else has it."""

    status: str
    excuse: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownExercise(ShownEntry):
    """What was done at a station; `record_id` tells the records of one person apart, `number` is that of the session."""

    record_id: str
    number: int
    station: str
    level: str
    repetitions: int | None
    seconds: int | None
    effort: float | None
    pain: int | None
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownGoals(ShownEntry):
    """What was written at the first session."""

    goals: str
    action_plan: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownReview(ShownEntry):
    """How the goals stood at the last session."""

    goals_met: str
    review: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownFlag(ShownEntry):
    """The flag for close attention as it was set in this session."""

    close_attention: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownIncident(ShownEntry):
    """Something that happened in the session."""

    participant_id: UUID | None
    incident: str
    what: str
    done: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownStation:
    """A station of the circuit."""

    code: str
    title: str
    measure: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownTheme:
    """Something that a session talks about."""

    code: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Contested:
    """An entry that says something else than what `stands`: somebody has to decide."""

    entry_id: UUID
    stands: UUID
    kind: str
    participant_id: UUID | None
    record_id: str | None
    by: str
    at: datetime
    content: dict[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterLine:
    """One person on a register; `status` is null until entered. `last_time` is the latest record of each station before.

    `guest_from` is the site of the cohort of somebody who comes to this session only.
    """

    place_id: UUID
    participant_id: UUID
    display_name: str | None
    emergency_contact_name: str | None
    emergency_contact_phone: str | None
    close_attention: bool
    missed_in_a_row: int
    status: str | None
    mark: ShownMark | None
    exercises: Sequence[ShownExercise]
    last_time: Sequence[ShownExercise]
    goals: ShownGoals | None
    review: ShownReview | None
    flag: ShownFlag | None
    guest_from: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterSheet:
    """The register of one session. `shown_at` is domain time; `is_first` and `is_last` are of the sessions not cancelled.

    `site_id` is where the session is, `cohort_site_id` where its cohort is. `themes` are this session's, `owed` those that the
    cohort has in no session because one was cancelled.
    `shown_to` is the member of staff who asked, so that a tablet knows whose entries it holds.
    """

    cohort_id: UUID
    site_id: str
    site_name: str
    cohort_site_id: str
    programme: str
    session_id: UUID
    number: int
    starts_at: datetime
    ends_at: datetime
    status: str
    is_first: bool
    is_last: bool
    shown_at: datetime
    themes: Sequence[ShownTheme]
    owed: Sequence[ShownTheme]
    stations: Sequence[ShownStation]
    lines: Sequence[RegisterLine]
    incidents: Sequence[ShownIncident]
    contested: Sequence[Contested]
    signed_off: ShownEntry | None
    shown_to: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryLine(ShownEntry):
    """One entry of a register's whole history, whatever became of it."""

    kind: str
    participant_id: UUID | None
    display_name: str | None
    standing: str
    content: dict[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonsProgress:
    """What one person did in a cohort, station by station, with goals and their review."""

    participant_id: UUID
    display_name: str | None
    cohort_id: UUID
    site_id: str
    site_name: str
    programme: str
    exercises: Sequence[tuple[datetime, ShownExercise]]
    goals: ShownGoals | None
    review: ShownReview | None
