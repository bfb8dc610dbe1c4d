"""Which signposts people took up."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "taken_up",
        sa.Column("signposting_id", sa.Uuid, sa.ForeignKey("signposting.signposting_id"), primary_key=True),
        sa.Column("code", sa.Text, primary_key=True),
        sa.Column("taken_up_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Text, nullable=False),
    )


def downgrade() -> None:
    """Remove it."""
    op.drop_table("taken_up")
