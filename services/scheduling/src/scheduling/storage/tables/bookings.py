"""Who and what is booked when. That nobody and no room is booked twice holds here, whatever the code does."""

from sqlalchemy import BigInteger, CheckConstraint, Column, DateTime, ForeignKeyConstraint, Table, Text, Uuid, text
from sqlalchemy.dialects.postgresql import ExcludeConstraint

from scheduling.storage.tables.metadata import metadata

bookings = Table(
    "bookings",
    metadata,
    Column("session_id", Uuid, primary_key=True),
    Column("part", Text, primary_key=True),
    Column("room_id", Uuid),
    Column("facilitator_id", Uuid),
    Column("booking_key", BigInteger, nullable=False),
    # The session's, kept the same by the foreign key: a moved session moves its bookings, a cancelled one frees them.
    Column("starts_at", DateTime(timezone=True), nullable=False),
    Column("ends_at", DateTime(timezone=True), nullable=False),
    Column("status", Text, nullable=False),
    ForeignKeyConstraint(
        ["session_id", "starts_at", "ends_at", "status"],
        ["sessions.session_id", "sessions.starts_at", "sessions.ends_at", "sessions.status"],
        name="bookings_session",
        onupdate="CASCADE",
        ondelete="CASCADE",
    ),
    ForeignKeyConstraint(["room_id", "booking_key"], ["rooms.room_id", "rooms.booking_key"], name="bookings_room"),
    ForeignKeyConstraint(
        ["facilitator_id", "booking_key"],
        ["facilitators.facilitator_id", "facilitators.booking_key"],
        name="bookings_facilitator",
    ),
    CheckConstraint("part IN ('room', 'lead', 'cover')", name="bookings_part"),
    CheckConstraint(
        "(part = 'room') = (room_id IS NOT NULL) AND (part = 'room') = (facilitator_id IS NULL)", name="bookings_of_one"
    ),
    # Core GiST has no operator class for numbers and ids, but one for ranges: a range that is one number long stands for it.
    ExcludeConstraint(
        (text("int8range(booking_key, booking_key, '[]')"), "&&"),
        (text("tstzrange(starts_at, ends_at)"), "&&"),
        where=text("status <> 'cancelled'"),
        name="bookings_one_at_a_time",
    ),
)
