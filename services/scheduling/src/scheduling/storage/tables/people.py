"""The names and emergency contacts on the registers."""

from sqlalchemy import BigInteger, Column, Table, Text, Uuid

from scheduling.storage.tables.metadata import metadata

people = Table(
    "people",
    metadata,
    Column("participant_id", Uuid, primary_key=True),
    Column("sequence", BigInteger, nullable=False),
    Column("display_name", Text, nullable=False),
    Column("emergency_contact_name", Text),
    Column("emergency_contact_phone", Text),
)
