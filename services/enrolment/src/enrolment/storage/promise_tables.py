"""The tables of promised referrals."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKeyConstraint,
    Index,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)

from enrolment.storage.metadata import METADATA

# The address may name a person, so it goes when the referral is here.
PROMISES = Table(
    "promised_referrals",
    METADATA,
    Column("id", Uuid, primary_key=True),
    Column("channel", Text, nullable=False),
    Column("organisation", Text, nullable=False),
    Column("event_id", Text, nullable=False),
    Column("address", Text),
    Column("state", Text, nullable=False),
    Column("attempts", BigInteger, nullable=False),
    Column("due_at", DateTime(timezone=True), nullable=False),
    Column("problem", Text),
    Column("receipt_sequence", BigInteger, nullable=False),
    Column("promised_at", DateTime(timezone=True), nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False),
    CheckConstraint("state IN ('waiting', 'fetched', 'failed')", name="promised_referrals_state"),
    CheckConstraint("state <> 'fetched' OR address IS NULL", name="promised_referrals_forget"),
    UniqueConstraint("channel", "organisation", "event_id", name="promised_referrals_one_per_event"),
    Index("promised_referrals_due", "due_at", postgresql_where=text("state = 'waiting'")),
    Index("promised_referrals_failed", "changed_at", postgresql_where=text("state = 'failed'")),
)

FETCH_HOSTS = Table(
    "fetch_hosts",
    METADATA,
    Column("channel", Text, primary_key=True),
    Column("organisation", Text, primary_key=True),
    Column("host", Text, primary_key=True),
    Column("may_be_private", Boolean, nullable=False),
    Column("added_at", DateTime(timezone=True), nullable=False),
    ForeignKeyConstraint(
        ["channel", "organisation"], ["organisations.channel", "organisations.code"], name="fetch_hosts_organisation"
    ),
)
