"""The four tables that the kit keeps in each service's own database; the service's migrations make them."""

from dataclasses import dataclass

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    Identity,
    Index,
    LargeBinary,
    MetaData,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

_metadata = MetaData()

INBOX = Table(
    "inbox",
    _metadata,
    Column("consumer", Text, primary_key=True),
    Column("sender", Text, primary_key=True),
    Column("event_id", Text, primary_key=True),
    Column("body_digest", LargeBinary),
    Column("received_at", DateTime(timezone=True), nullable=False),
    Index("inbox_by_age", "received_at"),
)

OUTBOX = Table(
    "outbox",
    _metadata,
    Column("position", BigInteger, Identity(always=True), primary_key=True),
    Column("id", Uuid, nullable=False, unique=True),
    Column("type", Text, nullable=False),
    Column("nats_subject", Text, nullable=False),
    Column("aggregate", Text, nullable=False),
    Column("sequence", BigInteger, nullable=False),
    # Null: the relay renders the body from the service's current rows, so that a replay can't bring back what was erased.
    Column("body", LargeBinary),
    Column("correlation_id", Text),
    Column("causation_id", Text),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("published_at", DateTime(timezone=True)),
    Index("outbox_unpublished", "position", postgresql_where=text("published_at IS NULL")),
    # Most rows are marked once, soon after they were written: room on the page lets that be a heap-only update.
    postgresql_with={"fillfactor": 80},
)

HELD = Table(
    "held",
    _metadata,
    Column("position", BigInteger, Identity(always=True), primary_key=True),
    Column("consumer", Text, nullable=False),
    Column("sender", Text, nullable=False),
    Column("event_id", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("attempts", BigInteger, nullable=False),
    Column("next_try_at", DateTime(timezone=True), nullable=False),
    Column("held_since", DateTime(timezone=True), nullable=False),
    Column("reason", Text, nullable=False),
    Column("nats_subject", Text, nullable=False),
    Column("headers", JSONB, nullable=False),
    Column("body", LargeBinary, nullable=False),
    CheckConstraint("state IN ('waiting', 'set_aside')", name="held_state"),
    Index("held_waiting", "consumer", "key", "position", postgresql_where=text("state = 'waiting'")),
)

CREDENTIALS = Table(
    "credentials",
    _metadata,
    Column("id", Uuid, primary_key=True),
    Column("name", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("sites", JSONB, nullable=False),
    Column("token_hash", Text, nullable=False, unique=True),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("revoked_at", DateTime(timezone=True)),
)


@dataclass(frozen=True, slots=True)
class KitTables:
    """The kit's tables as part of one service's metadata."""

    inbox: Table
    outbox: Table
    held: Table
    credentials: Table


def kit_tables(metadata: MetaData) -> KitTables:
    """Add the kit's tables to a service's metadata, so that its migrations can be compared with them."""
    return KitTables(*(table.to_metadata(metadata) for table in (INBOX, OUTBOX, HELD, CREDENTIALS)))
