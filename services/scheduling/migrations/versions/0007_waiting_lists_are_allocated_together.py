"""A new cohort's places wait for the whole waiting list to be allocated."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column and its index."""
    op.add_column("cohorts", sa.Column("allocation_due_at", sa.DateTime(timezone=True)))
    op.create_index(
        "cohorts_to_allocate", "cohorts", ["allocation_due_at"], postgresql_where=sa.text("allocation_due_at IS NOT NULL")
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_index("cohorts_to_allocate", "cohorts")
    op.drop_column("cohorts", "allocation_due_at")
