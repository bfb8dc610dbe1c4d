"""The tables of scheduling's database. Capacity and the close-attention limit hold here too, whatever the code does."""

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
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from service_kit.tables import kit_tables

metadata = MetaData()
kit = kit_tables(metadata)

sites = Table(
    "sites",
    metadata,
    Column("site_id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("outward_code", Text, nullable=False),
    Column("division", Text, nullable=False),
    Column("room_capacity", Integer, nullable=False),
    Column("closed_on", JSONB, nullable=False),
)

cohorts = Table(
    "cohorts",
    metadata,
    Column("cohort_id", Uuid, primary_key=True),
    Column("sequence", BigInteger, nullable=False),
    Column("programme", Text, nullable=False),
    Column("site_id", ForeignKey("sites.site_id"), nullable=False, index=True),
    Column("status", Text, nullable=False),
    Column("capacity", Integer, nullable=False),
    Column("close_attention_limit", Integer, nullable=False),
    # Of the sessions that aren't cancelled: what placing looks for.
    Column("first_session_at", DateTime(timezone=True), nullable=False),
    Column("last_session_at", DateTime(timezone=True), nullable=False),
    # Counted again from the places whenever one of them changes: full cohorts stay out of the index that placing reads.
    Column("seats_taken", Integer, nullable=False, server_default="0"),
    Column("flagged", Integer, nullable=False, server_default="0"),
    UniqueConstraint("cohort_id", "capacity", name="cohorts_capacity"),
    CheckConstraint("capacity >= 1", name="cohorts_capacity_positive"),
    CheckConstraint("close_attention_limit BETWEEN 0 AND 2", name="cohorts_close_attention_limit"),
    CheckConstraint("status IN ('open', 'running', 'finished', 'cancelled')", name="cohorts_status"),
    CheckConstraint("seats_taken BETWEEN 0 AND capacity", name="cohorts_within_capacity"),
    Index(
        "cohorts_with_room",
        "programme",
        "first_session_at",
        "cohort_id",
        postgresql_where=text("status = 'open' AND seats_taken < capacity"),
    ),
    Index("cohorts_open", "programme", "first_session_at", "site_id", postgresql_where=text("status = 'open'")),
)

sessions = Table(
    "sessions",
    metadata,
    Column("session_id", Uuid, primary_key=True),
    Column("cohort_id", ForeignKey("cohorts.cohort_id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("starts_at", DateTime(timezone=True), nullable=False),
    Column("ends_at", DateTime(timezone=True), nullable=False),
    Column("status", Text, nullable=False),
    UniqueConstraint("cohort_id", "number", name="sessions_number"),
    CheckConstraint("ends_at > starts_at", name="sessions_ends_after_start"),
    CheckConstraint("status IN ('planned', 'held', 'cancelled')", name="sessions_status"),
)

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
    CheckConstraint("status NOT IN ('placed', 'attending') OR seat IS NOT NULL", name="places_in_cohort_has_seat"),
    CheckConstraint("status NOT IN ('waiting', 'discontinued') OR seat IS NULL", name="places_without_cohort_has_no_seat"),
    CheckConstraint(
        "status IN ('waiting', 'placed', 'attending', 'completed', 'below_completion', 'never_started', 'discontinued',"
        " 'cut_short')",
        name="places_status",
    ),
    CheckConstraint("sessions_attended BETWEEN 0 AND sessions_run", name="places_attended_of_run"),
    Index(
        "places_one_live",
        "enrolment_id",
        unique=True,
        postgresql_where=text("status IN ('waiting', 'placed', 'attending')"),
    ),
    Index("places_waiting", "programme", postgresql_where=text("status = 'waiting'")),
)

attendance = Table(
    "attendance",
    metadata,
    Column("session_id", ForeignKey("sessions.session_id"), primary_key=True),
    Column("place_id", ForeignKey("places.place_id"), primary_key=True),
    Column("status", Text, nullable=False),
    Column("recorded_by", Uuid, nullable=False),
    Column("recorded_at", DateTime(timezone=True), nullable=False),
    CheckConstraint("status IN ('present', 'absent', 'excused')", name="attendance_status"),
)

people = Table(
    "people",
    metadata,
    Column("participant_id", Uuid, primary_key=True),
    Column("sequence", BigInteger, nullable=False),
    Column("display_name", Text, nullable=False),
    Column("emergency_contact_name", Text),
    Column("emergency_contact_phone", Text),
)
