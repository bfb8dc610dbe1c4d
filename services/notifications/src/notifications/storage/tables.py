"""The service's tables; `migrations/` makes them."""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from service_kit.tables import kit_tables

METADATA = MetaData()
KIT = kit_tables(METADATA)

MESSAGES = Table(
    "messages",
    METADATA,
    Column("id", Uuid, primary_key=True),
    Column("participant_id", Uuid, nullable=False),
    Column("kind", Text, nullable=False),
    Column("about_id", Text, nullable=False),
    Column("place_id", Uuid),
    Column("cohort_id", Uuid),
    Column("session_id", Uuid),
    Column("facts", JSONB, nullable=False),
    Column("status", Text, nullable=False),
    Column("reason", Text),
    Column("due_at", DateTime(timezone=True), nullable=False),
    Column("useful_until", DateTime(timezone=True), nullable=False),
    Column("planned_at", DateTime(timezone=True), nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False),
    Column("sequence", BigInteger, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("channel", Text),
    Column("provider", Text),
    # Real time, not the domain's: until when whoever sends it has to say what became of it, and when it may be tried again.
    Column("claimed_until", DateTime(timezone=True)),
    Column("retry_at", DateTime(timezone=True)),
    Column("given_at", DateTime(timezone=True)),
    Column("words", Text),
    Column("only_channel", Text),
    Column("unsubscribe", Text, unique=True),
    Column("asked_by", Text),
    Column("asked_because", Text),
    Column("life", JSONB, nullable=False, server_default=text("'[]'")),
    UniqueConstraint("participant_id", "kind", "about_id", name="messages_once"),
    CheckConstraint(
        "status IN ('planned', 'deferred', 'sending', 'sent', 'delivered', 'failed', 'dropped', 'unknown')",
        name="messages_status_known",
    ),
    CheckConstraint("(status = 'sending') = (claimed_until IS NOT NULL)", name="messages_claimed_while_sending"),
    CheckConstraint("retry_at IS NULL OR status = 'deferred'", name="messages_retried_while_deferred"),
    CheckConstraint("reason IS NOT NULL OR status NOT IN ('deferred', 'failed', 'dropped', 'unknown')", name="messages_say_why"),
    CheckConstraint(
        "channel IS NOT NULL OR status NOT IN ('sending', 'sent', 'delivered', 'unknown')", name="messages_sent_by_a_channel"
    ),
    Index(
        "messages_about_questionnaire",
        "about_id",
        postgresql_where=text("kind IN ('questionnaire_due', 'questionnaire_reminder', 'follow_up')"),
    ),
    Index("messages_due", "due_at", "id", postgresql_where=text("status IN ('planned', 'deferred') AND retry_at IS NULL")),
    Index("messages_to_retry", "retry_at", "id", postgresql_where=text("retry_at IS NOT NULL")),
    Index("messages_in_sending", "claimed_until", "id", postgresql_where=text("claimed_until IS NOT NULL")),
)

CONTACTS = Table(
    "contacts",
    METADATA,
    Column("participant_id", Uuid, primary_key=True),
    Column("sequence", BigInteger, nullable=False),
    Column("greeting_name", Text, nullable=False),
    Column("phone", Text),
    Column("email", Text),
    Column("language", Text, nullable=False),
    Column("preferred_channel", Text),
    Column("allows_sms", Boolean, nullable=False),
    Column("allows_email", Boolean, nullable=False),
    Column("number_hash", Text),
    Column("email_hash", Text),
    Column("kept_at", DateTime(timezone=True), nullable=False, server_default=text("'-infinity'")),
    Index("contacts_by_number", "number_hash"),
)

# What people wish. A contact says the same sooner or later: of language and channel what was kept last counts.
WISHES = Table(
    "wishes",
    METADATA,
    Column("participant_id", Uuid, primary_key=True),
    Column("sequence", BigInteger, nullable=False),
    Column("language", Text, nullable=False),
    Column("preferred_channel", Text),
    Column("allows_sms", Boolean, nullable=False),
    Column("allows_email", Boolean, nullable=False),
    Column("kept_at", DateTime(timezone=True), nullable=False),
)

# The numbers from which STOP came, by their digests; a row whose `stopped` is false had START since.
SUPPRESSIONS = Table(
    "suppressions",
    METADATA,
    Column("number_hash", Text, primary_key=True),
    Column("stopped", Boolean, nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False),
)

# Where people stand of whom enrolment told something. Who was erased stays here, so that nothing late brings them back.
PEOPLE = Table(
    "people",
    METADATA,
    Column("participant_id", Uuid, primary_key=True),
    Column("sequence", BigInteger, nullable=False),
    Column("status", Text, nullable=False),
    Column("merged_into", Uuid),
    CheckConstraint("status IN ('active', 'deceased', 'merged', 'erased')", name="people_status"),
    Index("people_merged", "merged_into", postgresql_where=text("merged_into IS NOT NULL")),
)

# Email addresses, by their digests, that take no more of the messages that a person may do without.
UNSUBSCRIBED = Table(
    "unsubscribed",
    METADATA,
    Column("email_hash", Text, primary_key=True),
    Column("at", DateTime(timezone=True), nullable=False),
)

COHORTS = Table(
    "cohorts",
    METADATA,
    Column("id", Uuid, primary_key=True),
    Column("sequence", BigInteger, nullable=False),
    Column("site_name", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("sessions", JSONB, nullable=False),
    Column("site_id", Text),
)

SITES = Table(
    "sites",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("sequence", BigInteger, nullable=False),
    Column("address", Text),
    Column("what_to_bring", Text),
    Column("parking", Text),
    Column("access_features", JSONB, nullable=False),
)

PLACES = Table(
    "places",
    METADATA,
    Column("id", Uuid, primary_key=True),
    Column("sequence", BigInteger, nullable=False),
    Column("participant_id", Uuid, nullable=False),
    Column("status", Text, nullable=False),
    Column("cohort_id", Uuid),
    Column("missed_in_a_row", Integer, nullable=False, server_default="0"),
    Column("enrolment_id", Uuid),
    Index("places_by_cohort", "cohort_id"),
)

ENROLMENTS = Table(
    "enrolments",
    METADATA,
    Column("id", Uuid, primary_key=True),
    Column("sequence", BigInteger, nullable=False),
    Column("participant_id", Uuid, nullable=False),
    Column("status", Text, nullable=False),
)

# Of referrals, questionnaires and signpostings only the newest version heard is kept.
HEARD = Table(
    "heard",
    METADATA,
    Column("thing", Text, primary_key=True),
    Column("id", Uuid, primary_key=True),
    Column("sequence", BigInteger, nullable=False),
)

# What the local providers were given. `copies` above one means that a message was given twice.
MAILBOX = Table(
    "mailbox",
    METADATA,
    Column("id", Uuid, primary_key=True),
    Column("reference", Text, nullable=False, unique=True),
    Column("channel", Text, nullable=False),
    Column("recipient", Text, nullable=False),
    Column("subject", Text),
    Column("body", Text, nullable=False),
    Column("html", Text),
    Column("calendar", Text),
    Column("sms_parts", Integer),
    Column("copies", Integer, nullable=False),
    Column("received_at", DateTime(timezone=True), nullable=False),
)

# Text messages from people. The words and the number are kept only while a member of staff has to read them.
REPLIES = Table(
    "replies",
    METADATA,
    Column("id", Uuid, primary_key=True),
    Column("provider", Text, nullable=False),
    Column("provider_id", Text, nullable=False),
    Column("number_hash", Text),
    Column("participants", ARRAY(Uuid), nullable=False),
    Column("word", Text),
    Column("place_id", Uuid),
    Column("doubt", Text),
    Column("phone", Text),
    Column("text", Text),
    Column("received_at", DateTime(timezone=True), nullable=False),
    Column("done_at", DateTime(timezone=True)),
    Column("done_by", Text),
    UniqueConstraint("provider", "provider_id", name="replies_once"),
    CheckConstraint("word IS NOT NULL OR doubt IS NOT NULL", name="replies_mean_something_or_are_staffs"),
    CheckConstraint("(done_at IS NULL) = (done_by IS NULL)", name="replies_done_by_somebody"),
    CheckConstraint("(doubt IS NOT NULL AND done_at IS NULL) OR (phone IS NULL AND text IS NULL)", name="replies_forget_words"),
    Index("replies_for_staff", "received_at", postgresql_where=text("doubt IS NOT NULL AND done_at IS NULL")),
)
