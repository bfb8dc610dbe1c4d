"""What people wish, and the messages about a questionnaire found whatever they say."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

_BEFORE = "kind = 'questionnaire_due'"
_AFTER = "kind IN ('questionnaire_due', 'questionnaire_reminder', 'follow_up')"


def upgrade() -> None:
    """Make the table, say since when a contact is kept, and widen the index."""
    op.create_table(
        "wishes",
        sa.Column("participant_id", sa.Uuid, primary_key=True),
        sa.Column("sequence", sa.BigInteger, nullable=False),
        sa.Column("language", sa.Text, nullable=False),
        sa.Column("preferred_channel", sa.Text),
        sa.Column("allows_sms", sa.Boolean, nullable=False),
        sa.Column("allows_email", sa.Boolean, nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.add_column(
        "contacts", sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.text("'-infinity'"))
    )
    _index(_AFTER)


def downgrade() -> None:
    """Undo it."""
    _index(_BEFORE)
    op.drop_column("contacts", "kept_at")
    op.drop_table("wishes")


def _index(condition: str) -> None:
    op.drop_index("messages_about_questionnaire", "messages")
    op.create_index("messages_about_questionnaire", "messages", ["about_id"], postgresql_where=sa.text(condition))
