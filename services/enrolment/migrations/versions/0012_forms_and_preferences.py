"""Forms that people fill in, addresses that are to be confirmed, and what people agreed to."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "drafts",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("token_hash", sa.Text, nullable=False, unique=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("programme", sa.Text, nullable=False),
        sa.Column("language", sa.Text, nullable=False),
        sa.Column("answers", JSONB, nullable=False),
        sa.Column("seen", JSONB, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("proven", sa.Text),
        sa.Column("nomination_id", sa.Uuid),
        sa.Column("confirmation_id", sa.Uuid),
        sa.Column("verdict", JSONB),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("status IN ('open', 'sent')", name="drafts_status"),
    )
    op.create_index("drafts_to_forget", "drafts", ["expires_at"])
    op.create_table(
        "contact_confirmations",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("sequence", sa.BigInteger, nullable=False),
        sa.Column("about", sa.Text, nullable=False),
        sa.Column("about_id", sa.Uuid, nullable=False),
        sa.Column("greeting_name", sa.Text, nullable=False),
        sa.Column("phone", sa.Text),
        sa.Column("email", sa.Text),
        sa.Column("language", sa.Text, nullable=False),
        sa.Column("address_hash", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("status IN ('waiting', 'confirmed', 'ended')", name="contact_confirmations_status"),
        sa.CheckConstraint("status = 'waiting' OR (phone IS NULL AND email IS NULL)", name="contact_confirmations_forget"),
    )
    op.create_index("contact_confirmations_by_address", "contact_confirmations", ["address_hash", "created_at"])
    op.create_index("contact_confirmations_about", "contact_confirmations", ["about_id"])
    op.create_index(
        "contact_confirmations_to_end",
        "contact_confirmations",
        ["expires_at"],
        postgresql_where=sa.text("status = 'waiting'"),
    )
    op.create_table(
        "preferences",
        sa.Column("participant_id", sa.Uuid, sa.ForeignKey("participants.id", name="preferences_participant"), primary_key=True),
        sa.Column("sequence", sa.BigInteger, nullable=False),
        *_wishes(),
    )
    op.create_table(
        "preference_changes",
        sa.Column(
            "participant_id",
            sa.Uuid,
            sa.ForeignKey("participants.id", name="preference_changes_participant"),
            primary_key=True,
        ),
        sa.Column("sequence", sa.BigInteger, primary_key=True),
        *_wishes(),
    )


def downgrade() -> None:
    for name in ("preference_changes", "preferences", "contact_confirmations", "drafts"):
        op.drop_table(name)


def _wishes() -> tuple[sa.Column[object], ...]:
    return (
        sa.Column("language", sa.Text, nullable=False),
        sa.Column("preferred_channel", sa.Text),
        sa.Column("allows_sms", sa.Boolean, nullable=False),
        sa.Column("allows_email", sa.Boolean, nullable=False),
        sa.Column("shares_with_gp", sa.Boolean, nullable=False),
        sa.Column("allows_marketing", sa.Boolean, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("changed_by", sa.Text),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
    )
