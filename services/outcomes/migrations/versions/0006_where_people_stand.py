"""Where people stand: dead, merged, erased."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "standings",
        sa.Column("participant_id", sa.Uuid, primary_key=True),
        sa.Column("sequence", sa.Integer, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("merged_into", sa.Uuid),
        sa.CheckConstraint("status IN ('active', 'deceased', 'merged', 'erased')", name="standing_status"),
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_table("standings")
