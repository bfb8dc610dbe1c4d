"""The HTML and the calendar of an email in the mailbox, and unsubscribing from what a person may do without."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Widen the mailbox, messages and contacts, and make the list of who unsubscribed."""
    op.add_column("mailbox", sa.Column("html", sa.Text))
    op.add_column("mailbox", sa.Column("calendar", sa.Text))
    op.add_column("messages", sa.Column("unsubscribe", sa.Text))
    op.create_unique_constraint("messages_unsubscribe_key", "messages", ["unsubscribe"])
    op.add_column("contacts", sa.Column("email_hash", sa.Text))
    op.execute("UPDATE contacts SET email_hash = encode(sha256(convert_to(lower(email), 'UTF8')), 'hex') WHERE email IS NOT NULL")
    op.create_table(
        "unsubscribed",
        sa.Column("email_hash", sa.Text, primary_key=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    )


def downgrade() -> None:
    """Undo it."""
    op.drop_table("unsubscribed")
    op.drop_column("contacts", "email_hash")
    op.drop_column("messages", "unsubscribe")
    op.drop_column("mailbox", "calendar")
    op.drop_column("mailbox", "html")
