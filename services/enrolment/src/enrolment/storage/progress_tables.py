"""The table of places, as far as senders hear of them."""

from sqlalchemy import BigInteger, Column, DateTime, Index, Table, Text, Uuid

from enrolment.storage.metadata import METADATA

# `told` is what those who care for the person heard last, or would have heard; `first_told_at` since when there is any such news.
PLACES = Table(
    "places",
    METADATA,
    Column("place_id", Uuid, primary_key=True),
    Column("enrolment_id", Uuid, nullable=False),
    Column("sequence", BigInteger, nullable=False),
    Column("status", Text, nullable=False),
    Column("told", Text),
    Column("first_told_at", DateTime(timezone=True)),
    Column("changed_at", DateTime(timezone=True), nullable=False),
    Index("places_of_enrolment", "enrolment_id"),
)
