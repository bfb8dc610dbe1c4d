"""Sites."""

from sqlalchemy import Column, Integer, Table, Text
from sqlalchemy.dialects.postgresql import JSONB

from scheduling.storage.tables.metadata import metadata

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
