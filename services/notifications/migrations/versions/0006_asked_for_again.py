"""Who had a message sent again, and why."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Widen the messages."""
    op.add_column("messages", sa.Column("asked_by", sa.Text))
    op.add_column("messages", sa.Column("asked_because", sa.Text))


def downgrade() -> None:
    """Undo it."""
    op.drop_column("messages", "asked_because")
    op.drop_column("messages", "asked_by")
