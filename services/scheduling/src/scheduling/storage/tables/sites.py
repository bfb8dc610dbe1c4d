"""Sites and their rooms."""

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKey, Integer, Table, Text, UniqueConstraint, Uuid
from sqlalchemy.dialects.postgresql import JSONB

from scheduling.storage.tables.metadata import EMPTY_LIST, EMPTY_MAPPING, NEXT_BOOKING_KEY, metadata

sites = Table(
    "sites",
    metadata,
    Column("site_id", Text, primary_key=True),
    Column("sequence", BigInteger, nullable=False, server_default="0"),
    Column("name", Text, nullable=False),
    Column("kind", Text, nullable=False, server_default="community"),
    Column("status", Text, nullable=False, server_default="planned"),
    Column("outward_code", Text, nullable=False),
    Column("address", Text),
    Column("employer", Text),
    Column("division", Text, nullable=False),
    Column("closed_on", JSONB, nullable=False),
    Column("opening_hours", JSONB, nullable=False, server_default=EMPTY_MAPPING),
    Column("access_features", JSONB, nullable=False, server_default=EMPTY_LIST),
    Column("what_to_bring", Text),
    Column("parking", Text),
    Column("checklist", JSONB, nullable=False, server_default=EMPTY_MAPPING),
    CheckConstraint("status IN ('planned', 'in_training', 'live', 'paused')", name="sites_status"),
)

rooms = Table(
    "rooms",
    metadata,
    Column("room_id", Uuid, primary_key=True),
    Column("site_id", ForeignKey("sites.site_id"), nullable=False),
    Column("name", Text, nullable=False),
    Column("capacity", Integer, nullable=False),
    Column("booking_key", BigInteger, nullable=False, unique=True, server_default=NEXT_BOOKING_KEY),
    UniqueConstraint("site_id", "name", name="rooms_name"),
    UniqueConstraint("room_id", "booking_key", name="rooms_booking_key"),
    CheckConstraint("capacity >= 1", name="rooms_capacity"),
)
