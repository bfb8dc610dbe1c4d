"""Who comes to one session of another cohort. Triggers keep such a class within its limits, whatever the code does."""

from sqlalchemy import CheckConstraint, Column, DateTime, ForeignKey, ForeignKeyConstraint, Index, Table, Text, Uuid, text
from sqlalchemy.dialects.postgresql import JSONB

from scheduling.storage.tables.metadata import metadata

make_ups = Table(
    "make_ups",
    metadata,
    Column("session_id", Uuid, primary_key=True),
    Column("place_id", ForeignKey("places.place_id"), primary_key=True),
    # Whose session it is, and in which cohort the person is.
    Column("cohort_id", Uuid, nullable=False),
    Column("of_cohort_id", ForeignKey("cohorts.cohort_id"), nullable=False),
    Column("themes", JSONB, nullable=False),
    Column("status", Text, nullable=False),
    Column("booked_by", Uuid, nullable=False),
    Column("booked_by_name", Text, nullable=False),
    Column("booked_at", DateTime(timezone=True), nullable=False),
    ForeignKeyConstraint(["session_id", "cohort_id"], ["sessions.session_id", "sessions.cohort_id"], name="make_ups_session"),
    CheckConstraint("status IN ('coming', 'taken_back', 'cancelled')", name="make_ups_status"),
    CheckConstraint("cohort_id <> of_cohort_id", name="make_ups_elsewhere"),
    Index("make_ups_of_place", "place_id"),
    Index("make_ups_in_cohort", "cohort_id", postgresql_where=text("status = 'coming'")),
    Index("make_ups_of_cohort", "of_cohort_id", postgresql_where=text("status = 'coming'")),
)
