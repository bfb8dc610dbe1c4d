"""Links by which a person opens something without a sign-in."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "links",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("participant_id", sa.Uuid, nullable=False),
        sa.Column("sequence", sa.BigInteger, nullable=False),
        sa.Column("purpose", sa.Text, nullable=False),
        sa.Column("token_hash", sa.Text, nullable=False, unique=True),
        sa.Column("code_hash", sa.Text),
        sa.Column("channel", sa.Text),
        sa.Column("about_id", sa.Uuid),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("status IN ('issued', 'used', 'revoked', 'expired')", name="links_status"),
    )
    op.create_index("links_of_participant", "links", ["participant_id"])
    op.create_index("links_about", "links", ["about_id"])
    op.create_index("links_to_expire", "links", ["expires_at"], postgresql_where=sa.text("status = 'issued'"))


def downgrade() -> None:
    op.drop_table("links")
