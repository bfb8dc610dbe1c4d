"""Enrolments as scheduling knows them, and places. A seat is within its cohort, whatever the code does."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from scheduling.domain.week import ANY_TIME
from scheduling.storage.tables.metadata import metadata

enrolments = Table(
    "enrolments",
    metadata,
    Column("enrolment_id", Uuid, primary_key=True),
    Column("sequence", BigInteger, nullable=False),
    Column("participant_id", Uuid, nullable=False),
    Column("programme", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("enrolled_at", DateTime(timezone=True), nullable=False),
    Column("close_attention", Boolean, nullable=False),
    Column("outward_code", Text),
    Column("preferred_site", Text),
    Column("referred_at", DateTime(timezone=True)),
    Column("language", Text, nullable=False, server_default="en"),
    Column("access_needs", JSONB, nullable=False, server_default="[]"),
    Column("available", JSONB, nullable=False, server_default="[]"),
    # The same as bits, see domain/week.py: what placing compares with a cohort's.
    Column("times", Integer, nullable=False, server_default=str(ANY_TIME)),
    Column("employer", Text),
)

places = Table(
    "places",
    metadata,
    Column("place_id", Uuid, primary_key=True),
    Column("sequence", BigInteger, nullable=False),
    Column("enrolment_id", ForeignKey("enrolments.enrolment_id"), nullable=False, index=True),
    Column("participant_id", Uuid, nullable=False, index=True),
    Column("programme", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("waiting_reason", Text),
    Column("cohort_id", Uuid, index=True),
    # The cohort's capacity, kept the same by the foreign key, so that the check can compare the seat with it.
    Column("cohort_capacity", Integer),
    Column("seat", Integer),
    Column("close_attention", Boolean, nullable=False),
    Column("close_attention_seat", Integer),
    Column("sessions_attended", Integer, nullable=False),
    Column("sessions_run", Integer, nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False),
    Column("missed_in_a_row", Integer, nullable=False, server_default="0"),
    Column("close_attention_by_staff", Boolean, nullable=False, server_default="false"),
    Column("offered_until", DateTime(timezone=True)),
    Column("offer_token", Text),
    ForeignKeyConstraint(
        ["cohort_id", "cohort_capacity"], ["cohorts.cohort_id", "cohorts.capacity"], name="places_cohort", match="FULL"
    ),
    UniqueConstraint("cohort_id", "seat", name="places_seat"),
    UniqueConstraint("cohort_id", "close_attention_seat", name="places_close_attention_seat"),
    CheckConstraint("seat BETWEEN 1 AND cohort_capacity", name="places_within_capacity"),
    CheckConstraint("seat IS NULL OR cohort_id IS NOT NULL", name="places_seat_in_cohort"),
    CheckConstraint("close_attention_seat BETWEEN 1 AND 2", name="places_within_close_attention"),
    CheckConstraint(
        "close_attention_seat IS NULL OR (seat IS NOT NULL AND close_attention)", name="places_flag_for_close_attention"
    ),
    CheckConstraint("(status = 'waiting') = (waiting_reason IS NOT NULL)", name="places_waiting_has_reason"),
    CheckConstraint("status NOT IN ('offered', 'placed', 'attending') OR seat IS NOT NULL", name="places_in_cohort_has_seat"),
    CheckConstraint(
        "status NOT IN ('waiting', 'declined', 'discontinued') OR seat IS NULL", name="places_without_cohort_has_no_seat"
    ),
    CheckConstraint(
        "CASE WHEN status = 'offered' THEN num_nulls(offered_until, offer_token) = 0"
        " ELSE num_nonnulls(offered_until, offer_token) = 0 END",
        name="places_offered_has_an_end",
    ),
    CheckConstraint(
        "status IN ('waiting', 'offered', 'placed', 'attending', 'completed', 'below_completion', 'never_started',"
        " 'discontinued', 'cut_short', 'declined')",
        name="places_status",
    ),
    CheckConstraint("sessions_attended BETWEEN 0 AND sessions_run", name="places_attended_of_run"),
    CheckConstraint("missed_in_a_row BETWEEN 0 AND sessions_run", name="places_missed_of_run"),
    Index(
        "places_one_live",
        "enrolment_id",
        unique=True,
        postgresql_where=text("status IN ('waiting', 'offered', 'placed', 'attending')"),
    ),
    Index("places_waiting", "programme", postgresql_where=text("status = 'waiting'")),
)
