"""Which enrolment a place belongs to, and who has withdrawn from one."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Make the table, and widen the places."""
    op.add_column("places", sa.Column("enrolment_id", sa.Uuid))
    op.create_table(
        "enrolments",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("sequence", sa.BigInteger, nullable=False),
        sa.Column("participant_id", sa.Uuid, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
    )


def downgrade() -> None:
    """Undo it."""
    op.drop_table("enrolments")
    op.drop_column("places", "enrolment_id")
