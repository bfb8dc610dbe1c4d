"""The table of posters' codes."""

from sqlalchemy import Column, DateTime, ForeignKeyConstraint, Index, Table, Text

from enrolment.storage.metadata import METADATA

POSTERS = Table(
    "posters",
    METADATA,
    Column("code", Text, primary_key=True),
    Column("channel", Text, nullable=False),
    Column("organisation", Text, nullable=False),
    Column("programme", Text, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("made_at", DateTime(timezone=True), nullable=False),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    Column("revoked_at", DateTime(timezone=True)),
    ForeignKeyConstraint(
        ["channel", "organisation"], ["organisations.channel", "organisations.code"], name="posters_organisation"
    ),
    Index("posters_of_organisation", "channel", "organisation"),
)
