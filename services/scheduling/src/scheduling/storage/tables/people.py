"""The names and emergency contacts on the registers."""

from sqlalchemy import BigInteger, CheckConstraint, Column, Table, Text, Uuid

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

# Where people stand of whom enrolment told something. Who was erased stays here, so that nothing late brings them back.
standings = Table(
    "standings",
    metadata,
    Column("participant_id", Uuid, primary_key=True),
    Column("sequence", BigInteger, nullable=False),
    Column("status", Text, nullable=False),
    Column("merged_into", Uuid),
    CheckConstraint("status IN ('active', 'deceased', 'merged', 'erased')", name="standings_status"),
)
