"""Offers of places, and where outward codes are."""

from sqlalchemy import CheckConstraint, Column, DateTime, Double, ForeignKey, Index, Table, Text, Uuid, text

from scheduling.storage.tables.metadata import metadata

offers = Table(
    "offers",
    metadata,
    Column("offer_id", Uuid, primary_key=True),
    Column("place_id", ForeignKey("places.place_id"), nullable=False, index=True),
    Column("programme", Text, nullable=False),
    Column("cohort_id", ForeignKey("cohorts.cohort_id"), nullable=False, index=True),
    Column("token", Text, nullable=False, unique=True),
    Column("status", Text, nullable=False),
    Column("offered_at", DateTime(timezone=True), nullable=False),
    Column("answer_by", DateTime(timezone=True), nullable=False),
    Column("closed_at", DateTime(timezone=True)),
    Column("answered_by", Text),
    CheckConstraint("length(token) >= 43", name="offers_token_is_long"),
    CheckConstraint("status IN ('offered', 'accepted', 'declined', 'expired', 'taken_back')", name="offers_status"),
    CheckConstraint("(status = 'offered') = (closed_at IS NULL)", name="offers_closed_have_an_end"),
    CheckConstraint("(status IN ('accepted', 'declined')) = (answered_by IS NOT NULL)", name="offers_answered_by_somebody"),
    Index("offers_standing", "place_id", unique=True, postgresql_where=text("status = 'offered'")),
    Index("offers_by_end", "answer_by", postgresql_where=text("status = 'offered'")),
)

# Filled by the migration from data/outward_codes.csv, so that the database can say which sites are near.
outward_codes = Table(
    "outward_codes",
    metadata,
    Column("outward_code", Text, primary_key=True),
    Column("latitude", Double, nullable=False),
    Column("longitude", Double, nullable=False),
)
