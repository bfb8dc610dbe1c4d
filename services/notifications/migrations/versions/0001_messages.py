"""Messages and their life, how people are reached, cohorts, places, and the local mailbox."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from service_kit.migrations import create_kit_tables, drop_kit_tables

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make everything."""
    create_kit_tables()
    op.create_table(
        "messages",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("participant_id", sa.Uuid, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("about_id", sa.Text, nullable=False),
        sa.Column("place_id", sa.Uuid),
        sa.Column("cohort_id", sa.Uuid),
        sa.Column("session_id", sa.Uuid),
        sa.Column("facts", JSONB, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("reason", sa.Text),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("useful_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("planned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sequence", sa.BigInteger, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("channel", sa.Text),
        sa.Column("provider", sa.Text),
        sa.Column("claimed_until", sa.DateTime(timezone=True)),
        sa.Column("retry_at", sa.DateTime(timezone=True)),
        sa.UniqueConstraint("participant_id", "kind", "about_id", name="messages_once"),
        sa.CheckConstraint(
            "status IN ('planned', 'deferred', 'sending', 'sent', 'failed', 'dropped', 'unknown')", name="messages_status_known"
        ),
        sa.CheckConstraint("(status = 'sending') = (claimed_until IS NOT NULL)", name="messages_claimed_while_sending"),
        sa.CheckConstraint("retry_at IS NULL OR status = 'deferred'", name="messages_retried_while_deferred"),
        sa.CheckConstraint(
            "reason IS NOT NULL OR status NOT IN ('deferred', 'failed', 'dropped', 'unknown')", name="messages_say_why"
        ),
        sa.CheckConstraint(
            "channel IS NOT NULL OR status NOT IN ('sending', 'sent', 'unknown')", name="messages_sent_by_a_channel"
        ),
    )
    op.create_index(
        "messages_due",
        "messages",
        ["due_at", "id"],
        postgresql_where=sa.text("status IN ('planned', 'deferred') AND retry_at IS NULL"),
    )
    op.create_index("messages_to_retry", "messages", ["retry_at", "id"], postgresql_where=sa.text("retry_at IS NOT NULL"))
    op.create_index(
        "messages_in_sending", "messages", ["claimed_until", "id"], postgresql_where=sa.text("claimed_until IS NOT NULL")
    )
    op.create_table(
        "contacts",
        sa.Column("participant_id", sa.Uuid, primary_key=True),
        sa.Column("sequence", sa.BigInteger, nullable=False),
        sa.Column("greeting_name", sa.Text, nullable=False),
        sa.Column("phone", sa.Text),
        sa.Column("email", sa.Text),
        sa.Column("language", sa.Text, nullable=False),
        sa.Column("preferred_channel", sa.Text),
        sa.Column("allows_sms", sa.Boolean, nullable=False),
        sa.Column("allows_email", sa.Boolean, nullable=False),
    )
    op.create_table(
        "cohorts",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("sequence", sa.BigInteger, nullable=False),
        sa.Column("site_name", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("sessions", JSONB, nullable=False),
    )
    op.create_table(
        "places",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("sequence", sa.BigInteger, nullable=False),
        sa.Column("participant_id", sa.Uuid, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("cohort_id", sa.Uuid),
    )
    op.create_index("places_by_cohort", "places", ["cohort_id"])
    op.create_table(
        "heard",
        sa.Column("thing", sa.Text, primary_key=True),
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("sequence", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "mailbox",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("reference", sa.Text, nullable=False, unique=True),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("recipient", sa.Text, nullable=False),
        sa.Column("subject", sa.Text),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("sms_parts", sa.Integer),
        sa.Column("copies", sa.Integer, nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
    )


def downgrade() -> None:
    """Undo it."""
    for name in ("mailbox", "heard", "places", "cohorts", "contacts", "messages"):
        op.drop_table(name)
    drop_kit_tables()
