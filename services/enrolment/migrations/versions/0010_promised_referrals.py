"""Referrals that senders promised, and the hosts from which they may be fetched."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "promised_referrals",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("organisation", sa.Text, nullable=False),
        sa.Column("event_id", sa.Text, nullable=False),
        sa.Column("address", sa.Text),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("attempts", sa.BigInteger, nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("problem", sa.Text),
        sa.Column("receipt_sequence", sa.BigInteger, nullable=False),
        sa.Column("promised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("state IN ('waiting', 'fetched', 'failed')", name="promised_referrals_state"),
        sa.CheckConstraint("state <> 'fetched' OR address IS NULL", name="promised_referrals_forget"),
        sa.UniqueConstraint("channel", "organisation", "event_id", name="promised_referrals_one_per_event"),
    )
    op.create_index("promised_referrals_due", "promised_referrals", ["due_at"], postgresql_where=sa.text("state = 'waiting'"))
    op.create_index(
        "promised_referrals_failed", "promised_referrals", ["changed_at"], postgresql_where=sa.text("state = 'failed'")
    )
    op.create_table(
        "fetch_hosts",
        sa.Column("channel", sa.Text, primary_key=True),
        sa.Column("organisation", sa.Text, primary_key=True),
        sa.Column("host", sa.Text, primary_key=True),
        sa.Column("may_be_private", sa.Boolean, nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["channel", "organisation"], ["organisations.channel", "organisations.code"], name="fetch_hosts_organisation"
        ),
    )


def downgrade() -> None:
    op.drop_table("fetch_hosts")
    op.drop_table("promised_referrals")
