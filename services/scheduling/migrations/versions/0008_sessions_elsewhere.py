"""A session can be in another room than its cohort's."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column."""
    op.add_column("sessions", sa.Column("room_id", sa.Uuid))
    op.create_foreign_key("sessions_room_id_fkey", "sessions", "rooms", ["room_id"], ["room_id"])


def downgrade() -> None:
    """Drop it."""
    op.drop_column("sessions", "room_id")
