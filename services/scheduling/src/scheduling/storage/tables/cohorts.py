"""Cohorts and their sessions. Capacity and the close-attention limit hold here too, whatever the code does."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from scheduling.storage.tables.metadata import EMPTY_LIST, metadata

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
    # The times of the week of its sessions as bits, see domain/week.py; in what language and, if not everybody's, whose it is.
    Column("times", Integer, nullable=False, server_default="0"),
    Column("language", Text, nullable=False, server_default="en"),
    Column("room_id", ForeignKey("rooms.room_id")),
    Column("lead_id", ForeignKey("facilitators.facilitator_id")),
    Column("cover_id", ForeignKey("facilitators.facilitator_id")),
    Column("employer", Text),
    # While it is set, the cohort's places wait for the whole waiting list to be allocated, and nobody who enrols gets one.
    Column("allocation_due_at", DateTime(timezone=True)),
    UniqueConstraint("cohort_id", "capacity", name="cohorts_capacity"),
    CheckConstraint("capacity >= 1", name="cohorts_capacity_positive"),
    CheckConstraint("close_attention_limit BETWEEN 0 AND 2", name="cohorts_close_attention_limit"),
    CheckConstraint("status IN ('planned', 'open', 'running', 'finished', 'cancelled')", name="cohorts_status"),
    CheckConstraint("seats_taken BETWEEN 0 AND capacity", name="cohorts_within_capacity"),
    Index(
        "cohorts_with_room",
        "programme",
        "first_session_at",
        "cohort_id",
        postgresql_where=text("status = 'open' AND seats_taken < capacity"),
    ),
    Index("cohorts_to_allocate", "allocation_due_at", postgresql_where=text("allocation_due_at IS NOT NULL")),
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
    UniqueConstraint("session_id", "cohort_id", name="sessions_of_cohort"),
    Column("themes", JSONB, nullable=False, server_default=EMPTY_LIST),
    Column("revision", Integer, nullable=False, server_default="0"),
    # Where it is, if not in its cohort's own room.
    Column("room_id", ForeignKey("rooms.room_id")),
    UniqueConstraint("session_id", "starts_at", "ends_at", "status", name="sessions_when"),
    CheckConstraint("ends_at > starts_at", name="sessions_ends_after_start"),
    CheckConstraint("status IN ('planned', 'held', 'cancelled')", name="sessions_status"),
)
