"""Where people stand: dead, merged, erased."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Make the table, and find the message about a questionnaire whoever has it."""
    op.create_table(
        "people",
        sa.Column("participant_id", sa.Uuid, primary_key=True),
        sa.Column("sequence", sa.BigInteger, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("merged_into", sa.Uuid),
        sa.CheckConstraint("status IN ('active', 'deceased', 'merged', 'erased')", name="people_status"),
    )
    op.create_index("people_merged", "people", ["merged_into"], postgresql_where=sa.text("merged_into IS NOT NULL"))
    op.create_index(
        "messages_about_questionnaire", "messages", ["about_id"], postgresql_where=sa.text("kind = 'questionnaire_due'")
    )


def downgrade() -> None:
    """Drop both."""
    op.drop_index("messages_about_questionnaire", "messages")
    op.drop_table("people")
