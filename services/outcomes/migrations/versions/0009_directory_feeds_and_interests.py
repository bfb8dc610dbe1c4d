"""The directory's uploaded and harvested entries, the feeds they come from, and what people are interested in."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables and the draft's column."""
    op.create_table(
        "directory",
        sa.Column("source", sa.Text, primary_key=True),
        sa.Column("item", sa.Text, primary_key=True),
        sa.Column("code", sa.Text, nullable=False, unique=True),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("url", sa.Text),
        sa.Column("outward_codes", JSONB, nullable=False),
        sa.Column("joints", JSONB, nullable=False),
        sa.Column("access", JSONB, nullable=False),
        sa.Column("interests", JSONB, nullable=False),
        sa.Column("expires_on", sa.Date, nullable=False),
        sa.Column("is_price_offer", sa.Boolean, nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.Text, nullable=False),
    )
    op.create_index("directory_by_place", "directory", ["outward_codes"], postgresql_using="gin")
    op.create_table(
        "feeds",
        sa.Column("code", sa.Text, primary_key=True),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("next_url", sa.Text, nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("heard_at", sa.DateTime(timezone=True)),
        sa.Column("pages", sa.Integer, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("problem", sa.Text),
    )
    op.create_table(
        "interests",
        sa.Column("enrolment_id", sa.Uuid, sa.ForeignKey("enrolments.enrolment_id"), primary_key=True),
        sa.Column("interests", JSONB, nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told_by", sa.Text, nullable=False),
    )
    op.add_column("drafts", sa.Column("interests", JSONB))


def downgrade() -> None:
    """Remove them."""
    op.drop_column("drafts", "interests")
    for table in ("interests", "feeds", "directory"):
        op.drop_table(table)
