"""The tables of webhooks."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKeyConstraint,
    Index,
    Table,
    Text,
    text,
)

from enrolment.storage.metadata import METADATA

# The secret is kept as it is: signing needs it, and whoever reads this database has more to gain than a signature.
WEBHOOK_ENDPOINTS = Table(
    "webhook_endpoints",
    METADATA,
    Column("channel", Text, primary_key=True),
    Column("organisation", Text, primary_key=True),
    Column("url", Text, nullable=False),
    Column("secret", Text, nullable=False),
    Column("previous_secret", Text),
    Column("previous_until", DateTime(timezone=True)),
    Column("status", Text, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False),
    CheckConstraint("status IN ('active', 'gone')", name="webhook_endpoints_status"),
    ForeignKeyConstraint(
        ["channel", "organisation"], ["organisations.channel", "organisations.code"], name="webhook_endpoints_organisation"
    ),
)
WEBHOOK_DELIVERIES = Table(
    "webhook_deliveries",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("channel", Text, nullable=False),
    Column("organisation", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("attempts", BigInteger, nullable=False),
    Column("next_try_at", DateTime(timezone=True)),
    Column("last_answer", Text),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False),
    CheckConstraint("status IN ('waiting', 'delivered', 'given_up')", name="webhook_deliveries_status"),
    CheckConstraint("(status = 'waiting') = (next_try_at IS NOT NULL)", name="webhook_deliveries_waiting_has_a_time"),
    Index("webhook_deliveries_due", "next_try_at", postgresql_where=text("status = 'waiting'")),
    Index("webhook_deliveries_of_organisation", "channel", "organisation", "created_at"),
)
