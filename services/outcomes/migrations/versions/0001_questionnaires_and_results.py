"""Questionnaires, results and signposting, and the kit's tables."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from service_kit.migrations import create_kit_tables, drop_kit_tables

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make all tables."""
    create_kit_tables()
    op.create_table(
        "people",
        sa.Column("participant_id", sa.Uuid, primary_key=True),
        sa.Column("sequence", sa.Integer, nullable=False),
        sa.Column("display_name", sa.Text, nullable=False),
    )
    op.create_table(
        "enrolments",
        sa.Column("enrolment_id", sa.Uuid, primary_key=True),
        sa.Column("sequence", sa.Integer, nullable=False),
        sa.Column("participant_id", sa.Uuid, nullable=False),
        sa.Column("programme", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("enrolled_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("referral_channel", sa.Text, nullable=False),
        sa.Column("joints", JSONB, nullable=False),
        sa.Column("outward_code", sa.Text),
    )
    op.create_index("enrolments_by_participant", "enrolments", ["participant_id"])
    op.create_table(
        "places",
        sa.Column("place_id", sa.Uuid, primary_key=True),
        sa.Column("sequence", sa.Integer, nullable=False),
        sa.Column("participant_id", sa.Uuid, nullable=False),
        sa.Column("enrolment_id", sa.Uuid, nullable=False),
        sa.Column("programme", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("cohort_id", sa.Uuid),
        sa.Column("first_session_at", sa.DateTime(timezone=True)),
        sa.Column("last_session_at", sa.DateTime(timezone=True)),
        sa.Column("sessions_attended", sa.Integer, nullable=False),
        sa.Column("sessions_run", sa.Integer, nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("places_by_enrolment", "places", ["enrolment_id"])
    op.create_table(
        "questionnaires",
        sa.Column("questionnaire_id", sa.Uuid, primary_key=True),
        sa.Column("sequence", sa.Integer, nullable=False),
        sa.Column("participant_id", sa.Uuid, nullable=False),
        sa.Column("enrolment_id", sa.Uuid, sa.ForeignKey("enrolments.enrolment_id"), nullable=False),
        sa.Column("programme", sa.Text, nullable=False),
        sa.Column("time_point", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("token", sa.Text, nullable=False, unique=True),
        sa.Column("instruments", JSONB, nullable=False),
        sa.CheckConstraint("status IN ('planned', 'due', 'completed', 'missed', 'cancelled')", name="questionnaire_status"),
        sa.CheckConstraint("length(token) >= 43", name="questionnaire_token_is_long"),
        sa.UniqueConstraint("enrolment_id", "time_point", name="one_questionnaire_per_time_point"),
    )
    op.create_index("questionnaires_by_participant", "questionnaires", ["participant_id"])
    op.create_index("questionnaires_planned", "questionnaires", ["due_at"], postgresql_where=sa.text("status = 'planned'"))
    op.create_index(
        "questionnaires_open", "questionnaires", ["closes_at"], postgresql_where=sa.text("status IN ('planned', 'due')")
    )
    op.create_table(
        "assessments",
        sa.Column("assessment_id", sa.Uuid, primary_key=True),
        sa.Column("sequence", sa.Integer, primary_key=True),
        sa.Column("questionnaire_id", sa.Uuid, sa.ForeignKey("questionnaires.questionnaire_id"), nullable=False),
        sa.Column("participant_id", sa.Uuid, nullable=False),
        sa.Column("enrolment_id", sa.Uuid, nullable=False),
        sa.Column("time_point", sa.Text, nullable=False),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("entered_by", sa.Text, nullable=False),
        sa.Column("answers", JSONB, nullable=False),
        sa.Column("scores", JSONB, nullable=False),
        sa.Column("changes", JSONB, nullable=False),
        sa.UniqueConstraint("questionnaire_id", "sequence", name="one_assessment_per_questionnaire_and_version"),
    )
    op.create_index("assessments_by_enrolment", "assessments", ["enrolment_id"])
    op.create_index("assessments_by_participant", "assessments", ["participant_id"])
    op.create_table(
        "signposting",
        sa.Column("signposting_id", sa.Uuid, primary_key=True),
        sa.Column("sequence", sa.Integer, nullable=False),
        sa.Column("participant_id", sa.Uuid, nullable=False),
        sa.Column("enrolment_id", sa.Uuid, nullable=False, unique=True),
        sa.Column("signposts", JSONB, nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("signposting_by_participant", "signposting", ["participant_id"])


def downgrade() -> None:
    """Remove all tables."""
    for name in ("signposting", "assessments", "questionnaires", "places", "enrolments", "people"):
        op.drop_table(name)
    drop_kit_tables()
