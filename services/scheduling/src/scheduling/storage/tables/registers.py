"""What the registers say."""

from sqlalchemy import CheckConstraint, Column, DateTime, ForeignKey, Table, Text, Uuid

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
