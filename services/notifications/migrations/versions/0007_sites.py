"""Sites: what to bring, where to park, how to get in."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table, and say where a cohort is."""
    op.create_table(
        "sites",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("sequence", sa.BigInteger, nullable=False),
        sa.Column("address", sa.Text),
        sa.Column("what_to_bring", sa.Text),
        sa.Column("parking", sa.Text),
        sa.Column("access_features", JSONB, nullable=False),
    )
    op.add_column("cohorts", sa.Column("site_id", sa.Text))


def downgrade() -> None:
    """Drop them."""
    op.drop_column("cohorts", "site_id")
    op.drop_table("sites")
