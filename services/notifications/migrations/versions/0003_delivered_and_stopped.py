"""Deliveries and the life of a message, replies, and the numbers from which STOP came."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0003"
down_revision = "0002"

_BEFORE = "status IN ('planned', 'deferred', 'sending', 'sent', 'failed', 'dropped', 'unknown')"
_AFTER = "status IN ('planned', 'deferred', 'sending', 'sent', 'delivered', 'failed', 'dropped', 'unknown')"
_BY_CHANNEL_BEFORE = "channel IS NOT NULL OR status NOT IN ('sending', 'sent', 'unknown')"
_BY_CHANNEL_AFTER = "channel IS NOT NULL OR status NOT IN ('sending', 'sent', 'delivered', 'unknown')"
# British numbers as most were written; the others get theirs with the next news of the person.
_NUMBER_HASH = """
UPDATE contacts SET number_hash = encode(sha256(convert_to(
    regexp_replace(regexp_replace(phone, '[^0-9+]', '', 'g'), '^0', '+44'), 'UTF8')), 'hex')
WHERE phone IS NOT NULL
"""


def upgrade() -> None:
    """Widen the messages and contacts, and make the suppressions."""
    op.add_column("messages", sa.Column("given_at", sa.DateTime(timezone=True)))
    op.add_column("messages", sa.Column("words", sa.Text))
    op.add_column("messages", sa.Column("only_channel", sa.Text))
    op.add_column("messages", sa.Column("life", JSONB, nullable=False, server_default=sa.text("'[]'")))
    _check("messages_status_known", _AFTER)
    _check("messages_sent_by_a_channel", _BY_CHANNEL_AFTER)
    op.add_column("contacts", sa.Column("number_hash", sa.Text))
    op.execute(_NUMBER_HASH)
    op.create_index("contacts_by_number", "contacts", ["number_hash"])
    op.create_table(
        "suppressions",
        sa.Column("number_hash", sa.Text, primary_key=True),
        sa.Column("stopped", sa.Boolean, nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "replies",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("provider", sa.Text, nullable=False),
        sa.Column("provider_id", sa.Text, nullable=False),
        sa.Column("number_hash", sa.Text),
        sa.Column("participants", sa.ARRAY(sa.Uuid), nullable=False),
        sa.Column("word", sa.Text),
        sa.Column("place_id", sa.Uuid),
        sa.Column("doubt", sa.Text),
        sa.Column("phone", sa.Text),
        sa.Column("text", sa.Text),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True)),
        sa.Column("done_by", sa.Text),
        sa.UniqueConstraint("provider", "provider_id", name="replies_once"),
        sa.CheckConstraint("word IS NOT NULL OR doubt IS NOT NULL", name="replies_mean_something_or_are_staffs"),
        sa.CheckConstraint("(done_at IS NULL) = (done_by IS NULL)", name="replies_done_by_somebody"),
        sa.CheckConstraint(
            "(doubt IS NOT NULL AND done_at IS NULL) OR (phone IS NULL AND text IS NULL)", name="replies_forget_words"
        ),
    )
    op.create_index(
        "replies_for_staff", "replies", ["received_at"], postgresql_where=sa.text("doubt IS NOT NULL AND done_at IS NULL")
    )


def downgrade() -> None:
    """Undo it; what was delivered counts as sent again."""
    op.drop_table("replies")
    op.drop_table("suppressions")
    op.drop_index("contacts_by_number")
    op.drop_column("contacts", "number_hash")
    op.execute("UPDATE messages SET status = 'sent' WHERE status = 'delivered'")
    _check("messages_sent_by_a_channel", _BY_CHANNEL_BEFORE)
    _check("messages_status_known", _BEFORE)
    for name in ("life", "only_channel", "words", "given_at"):
        op.drop_column("messages", name)


def _check(name: str, rule: str) -> None:
    op.drop_constraint(name, "messages")
    op.create_check_constraint(name, "messages", rule)
