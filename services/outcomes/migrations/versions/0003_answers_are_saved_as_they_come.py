"""Answers are saved question by question, concerns have a trail, enrolments keep language, access and the day of referral."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add a table and columns."""
    op.create_table(
        "drafts",
        sa.Column("questionnaire_id", sa.Uuid, sa.ForeignKey("questionnaires.questionnaire_id"), primary_key=True),
        sa.Column("answers", JSONB, nullable=False),
        sa.Column("comment", sa.Text),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "first_entries",
        sa.Column("questionnaire_id", sa.Uuid, sa.ForeignKey("questionnaires.questionnaire_id"), primary_key=True),
        sa.Column("answers", JSONB, nullable=False),
        sa.Column("entered_by", sa.Text, nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("places_by_cohort", "places", ["cohort_id"])
    op.add_column("assessments", sa.Column("comment", sa.Text))
    op.add_column("assessments", sa.Column("reason", sa.Text))
    op.add_column("enrolments", sa.Column("language", sa.Text, nullable=False, server_default="en"))
    op.alter_column("enrolments", "language", server_default=None)
    op.add_column("enrolments", sa.Column("access_needs", JSONB, nullable=False, server_default="[]"))
    op.alter_column("enrolments", "access_needs", server_default=None)
    op.add_column("enrolments", sa.Column("referred_at", sa.DateTime(timezone=True)))
    op.create_table(
        "concerns",
        sa.Column("concern_id", sa.Uuid, primary_key=True),
        sa.Column("participant_id", sa.Uuid, nullable=False),
        sa.Column("enrolment_id", sa.Uuid, nullable=False),
        sa.Column("questionnaire_id", sa.Uuid, sa.ForeignKey("questionnaires.questionnaire_id"), nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("about", sa.Text, nullable=False),
        sa.Column("value", sa.Float),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True)),
        sa.Column("acknowledged_by", sa.Text),
        sa.Column("note", sa.Text),
        sa.CheckConstraint("status IN ('open', 'acknowledged')", name="concern_status"),
        sa.CheckConstraint("(status = 'acknowledged') = (acknowledged_by IS NOT NULL)", name="concern_acknowledged_by_somebody"),
        sa.UniqueConstraint("questionnaire_id", "kind", "about", name="one_concern_per_finding"),
    )
    op.create_index("concerns_open", "concerns", ["raised_at"], postgresql_where=sa.text("status = 'open'"))
    op.create_index("concerns_by_participant", "concerns", ["participant_id"])
    op.create_table(
        "concern_trail",
        sa.Column("concern_id", sa.Uuid, sa.ForeignKey("concerns.concern_id"), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("what", sa.Text, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("note", sa.Text),
    )


def downgrade() -> None:
    """Remove them."""
    op.drop_table("concern_trail")
    op.drop_table("concerns")
    for name in ("referred_at", "access_needs", "language"):
        op.drop_column("enrolments", name)
    for name in ("reason", "comment"):
        op.drop_column("assessments", name)
    op.drop_index("places_by_cohort")
    op.drop_table("first_entries")
    op.drop_table("drafts")
