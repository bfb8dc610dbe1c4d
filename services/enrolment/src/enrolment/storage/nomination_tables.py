"""The tables of nominations."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from enrolment.storage.metadata import METADATA

# `participant_id` stands in for a person who is matched with nobody, so it is no foreign key. Who it is and how to reach them is
# null once the nomination is over.
NOMINATIONS = Table(
    "nominations",
    METADATA,
    Column("id", Uuid, primary_key=True),
    Column("sequence", BigInteger, nullable=False),
    Column("participant_id", Uuid, nullable=False),
    Column("channel", Text, nullable=False),
    Column("organisation", Text, nullable=False),
    Column("sender_nomination_id", Text, nullable=False),
    Column("programme", Text, nullable=False),
    Column("preferred_site", Text),
    Column("given_name", Text),
    Column("family_name", Text),
    Column("birth_date", Date),
    Column("email", Text),
    Column("phone", Text),
    Column("postcode", Text),
    Column("language", Text),
    Column("status", Text, nullable=False),
    Column("digest", Text),
    Column("invitation_key", Text),
    Column("event_id", Text, nullable=False),
    Column("received_at", DateTime(timezone=True), nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False),
    Column("lapses_at", DateTime(timezone=True), nullable=False),
    Column("may_tell_sender", Boolean, nullable=False),
    Column("referral_id", Uuid, ForeignKey("referrals.id", name="nominations_referral")),
    Column("completed_at", DateTime(timezone=True)),
    Column("place_found_at", DateTime(timezone=True)),
    CheckConstraint("status IN ('invited', 'completed', 'removed', 'lapsed')", name="nominations_status"),
    CheckConstraint("status = 'invited' OR (given_name IS NULL AND email IS NULL AND phone IS NULL)", name="nominations_forget"),
    UniqueConstraint("channel", "organisation", "sender_nomination_id", name="nominations_one_per_sender_and_name"),
    Index("nominations_of_stand_in", "participant_id"),
    Index("nominations_of_referral", "referral_id"),
    Index("nominations_by_key", "channel", "organisation", "invitation_key", postgresql_where=text("invitation_key IS NOT NULL")),
    Index("nominations_to_lapse", "lapses_at", postgresql_where=text("status = 'invited'")),
)

# A file of nominations. Its lines are done in portions; what a line held is forgotten as soon as it is done.
BULK_JOBS = Table(
    "bulk_jobs",
    METADATA,
    Column("id", Uuid, primary_key=True),
    Column("channel", Text, nullable=False),
    Column("organisation", Text, nullable=False),
    Column("total", BigInteger, nullable=False),
    Column("received", BigInteger, nullable=False),
    Column("refused", BigInteger, nullable=False),
    Column("begun_at", DateTime(timezone=True), nullable=False),
    Column("finished_at", DateTime(timezone=True)),
    Index("bulk_jobs_unfinished", "begun_at", postgresql_where=text("finished_at IS NULL")),
)
BULK_LINES = Table(
    "bulk_lines",
    METADATA,
    Column("job_id", Uuid, ForeignKey("bulk_jobs.id", name="bulk_lines_job"), primary_key=True),
    Column("line", BigInteger, primary_key=True),
    Column("cells", JSONB(none_as_null=True)),
    Column("nomination_id", Text),
    Column("code", Text),
    Column("field", Text),
    Column("words", Text),
    CheckConstraint("(cells IS NULL) = (code IS NOT NULL)", name="bulk_lines_waiting_or_done"),
    Index("bulk_lines_waiting", "job_id", "line", postgresql_where=text("code IS NULL")),
)
