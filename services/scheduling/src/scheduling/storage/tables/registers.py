"""What the registers say: what counts, and every entry that led to it."""

from sqlalchemy import BigInteger, CheckConstraint, Column, DateTime, ForeignKey, Identity, Index, Table, Text, Uuid, text
from sqlalchemy.dialects.postgresql import JSONB

from scheduling.storage.tables.metadata import metadata

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

register_entries = Table(
    "register_entries",
    metadata,
    # Chosen by whoever made the entry, so that a tablet can send it again.
    Column("entry_id", Uuid, primary_key=True),
    Column("session_id", ForeignKey("sessions.session_id"), nullable=False, index=True),
    Column("place_id", ForeignKey("places.place_id"), index=True),
    Column("kind", Text, nullable=False),
    Column("slot", Text, nullable=False),
    Column("content", JSONB, nullable=False),
    Column("replaces", Uuid),
    Column("reason", Text, nullable=False),
    Column("made_by", Uuid, nullable=False),
    Column("made_by_name", Text, nullable=False),
    Column("made_at", DateTime(timezone=True), nullable=False),
    Column("received_at", DateTime(timezone=True), nullable=False),
    Column("standing", Text, nullable=False),
    # In the order in which they arrived, also of those that came together.
    Column("position", BigInteger, Identity(always=True), nullable=False),
    Index("register_entries_one_stands", "session_id", "slot", unique=True, postgresql_where=text("standing = 'current'")),
    CheckConstraint("standing IN ('current', 'replaced', 'contested')", name="register_entries_standing"),
    CheckConstraint(
        "kind IN ('attendance', 'exercise', 'goals', 'review', 'close_attention', 'incident', 'sign_off')",
        name="register_entries_kind",
    ),
    CheckConstraint("place_id IS NOT NULL OR kind IN ('incident', 'sign_off')", name="register_entries_of_person"),
)
