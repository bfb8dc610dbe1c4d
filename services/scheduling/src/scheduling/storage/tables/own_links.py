"""Links to people's own pages."""

from sqlalchemy import BigInteger, Column, DateTime, Table, Text, Uuid

from scheduling.storage.tables.metadata import metadata

own_links = Table(
    "own_links",
    metadata,
    Column("link_id", Uuid, primary_key=True),
    Column("sequence", BigInteger, nullable=False),
    Column("participant_id", Uuid, nullable=False),
    Column("token_hash", Text, unique=True),
    Column("status", Text, nullable=False),
    Column("expires_at", DateTime(timezone=True), nullable=False),
)
