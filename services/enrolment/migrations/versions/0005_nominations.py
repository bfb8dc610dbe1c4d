"""Nominations by employers and leisure centres."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "nominations",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("sequence", sa.BigInteger, nullable=False),
        sa.Column("participant_id", sa.Uuid, nullable=False),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("organisation", sa.Text, nullable=False),
        sa.Column("sender_nomination_id", sa.Text, nullable=False),
        sa.Column("programme", sa.Text, nullable=False),
        sa.Column("preferred_site", sa.Text),
        sa.Column("given_name", sa.Text),
        sa.Column("family_name", sa.Text),
        sa.Column("birth_date", sa.Date),
        sa.Column("email", sa.Text),
        sa.Column("phone", sa.Text),
        sa.Column("postcode", sa.Text),
        sa.Column("language", sa.Text),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("digest", sa.Text),
        sa.Column("invitation_key", sa.Text),
        sa.Column("event_id", sa.Text, nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lapses_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("may_tell_sender", sa.Boolean, nullable=False),
        sa.Column("referral_id", sa.Uuid, sa.ForeignKey("referrals.id", name="nominations_referral")),
        sa.Column("completed_at", sa.DateTime(timezone=True)),
        sa.Column("place_found_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint("status IN ('invited', 'completed', 'removed', 'lapsed')", name="nominations_status"),
        sa.CheckConstraint(
            "status = 'invited' OR (given_name IS NULL AND email IS NULL AND phone IS NULL)", name="nominations_forget"
        ),
        sa.UniqueConstraint("channel", "organisation", "sender_nomination_id", name="nominations_one_per_sender_and_name"),
    )
    op.create_index("nominations_of_stand_in", "nominations", ["participant_id"])
    op.create_index("nominations_of_referral", "nominations", ["referral_id"])
    op.create_index(
        "nominations_by_key",
        "nominations",
        ["channel", "organisation", "invitation_key"],
        postgresql_where=sa.text("invitation_key IS NOT NULL"),
    )
    op.create_index("nominations_to_lapse", "nominations", ["lapses_at"], postgresql_where=sa.text("status = 'invited'"))


def downgrade() -> None:
    op.drop_table("nominations")
