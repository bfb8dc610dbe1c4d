"""Private calendar feeds. Of a feed's address only a hash is kept."""

from sqlalchemy import CheckConstraint, Column, DateTime, ForeignKey, Table, Text, Uuid

from scheduling.storage.tables.metadata import metadata

calendar_feeds = Table(
    "calendar_feeds",
    metadata,
    Column("feed_id", Uuid, primary_key=True),
    Column("site_id", ForeignKey("sites.site_id"), index=True),
    Column("facilitator_id", ForeignKey("facilitators.facilitator_id"), index=True),
    Column("token_hash", Text, nullable=False, unique=True),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("revoked_at", DateTime(timezone=True)),
    CheckConstraint("(site_id IS NULL) <> (facilitator_id IS NULL)", name="calendar_feeds_of_one"),
)
