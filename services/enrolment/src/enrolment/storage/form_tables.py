"""The tables of forms, of addresses that are to be confirmed, and of what people agreed to."""

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Column, DateTime, ForeignKey, Index, Integer, Table, Text, Uuid, text
from sqlalchemy.dialects.postgresql import JSONB

from enrolment.storage.metadata import METADATA

DRAFTS = Table(
    "drafts",
    METADATA,
    Column("id", Uuid, primary_key=True),
    Column("token_hash", Text, nullable=False, unique=True),
    Column("kind", Text, nullable=False),
    Column("programme", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("answers", JSONB, nullable=False),
    Column("seen", JSONB, nullable=False),
    Column("status", Text, nullable=False),
    Column("proven", Text),
    Column("nomination_id", Uuid),
    Column("confirmation_id", Uuid),
    Column("verdict", JSONB(none_as_null=True)),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    CheckConstraint("status IN ('open', 'sent')", name="drafts_status"),
    Index("drafts_to_forget", "expires_at"),
)

CONFIRMATIONS = Table(
    "contact_confirmations",
    METADATA,
    Column("id", Uuid, primary_key=True),
    Column("sequence", BigInteger, nullable=False),
    Column("about", Text, nullable=False),
    Column("about_id", Uuid, nullable=False),
    Column("greeting_name", Text, nullable=False),
    Column("phone", Text),
    Column("email", Text),
    Column("language", Text, nullable=False),
    Column("address_hash", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    CheckConstraint("status IN ('waiting', 'confirmed', 'ended')", name="contact_confirmations_status"),
    CheckConstraint("status = 'waiting' OR (phone IS NULL AND email IS NULL)", name="contact_confirmations_forget"),
    Index("contact_confirmations_by_address", "address_hash", "created_at"),
    Index("contact_confirmations_about", "about_id"),
    Index("contact_confirmations_to_end", "expires_at", postgresql_where=text("status = 'waiting'")),
)

# Who has no row here came by a referral that brought the consent to messages about the programme with it.
PREFERENCES = Table(
    "preferences",
    METADATA,
    Column("participant_id", Uuid, ForeignKey("participants.id", name="preferences_participant"), primary_key=True),
    Column("sequence", BigInteger, nullable=False),
    Column("language", Text, nullable=False),
    Column("preferred_channel", Text),
    Column("allows_sms", Boolean, nullable=False),
    Column("allows_email", Boolean, nullable=False),
    Column("shares_with_gp", Boolean, nullable=False),
    Column("allows_marketing", Boolean, nullable=False),
    Column("source", Text, nullable=False),
    Column("changed_by", Text),
    Column("changed_at", DateTime(timezone=True), nullable=False),
)

# Every state that preferences were in: rows are added and never changed.
PREFERENCE_CHANGES = Table(
    "preference_changes",
    METADATA,
    Column("participant_id", Uuid, ForeignKey("participants.id", name="preference_changes_participant"), primary_key=True),
    Column("sequence", BigInteger, primary_key=True),
    Column("language", Text, nullable=False),
    Column("preferred_channel", Text),
    Column("allows_sms", Boolean, nullable=False),
    Column("allows_email", Boolean, nullable=False),
    Column("shares_with_gp", Boolean, nullable=False),
    Column("allows_marketing", Boolean, nullable=False),
    Column("source", Text, nullable=False),
    Column("changed_by", Text),
    Column("changed_at", DateTime(timezone=True), nullable=False),
)
