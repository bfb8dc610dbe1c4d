"""Questionnaires have reminders, late answers and links that can be revoked."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0002"
down_revision = "0001"
STATUSES = "status IN ('planned', 'due', 'completed', 'missed', 'late', 'cancelled')"


def upgrade() -> None:
    """Widen the table; what is there takes no late answers and has no reminders."""
    op.add_column("questionnaires", sa.Column("late_until", sa.DateTime(timezone=True)))
    op.execute("UPDATE questionnaires SET late_until = closes_at")
    op.alter_column("questionnaires", "late_until", nullable=False)
    op.add_column("questionnaires", sa.Column("remind_at", JSONB, nullable=False, server_default="[]"))
    op.alter_column("questionnaires", "remind_at", server_default=None)
    op.add_column("questionnaires", sa.Column("reminded", sa.Integer, nullable=False, server_default="0"))
    op.alter_column("questionnaires", "reminded", server_default=None)
    op.add_column("questionnaires", sa.Column("next_reminder_at", sa.DateTime(timezone=True)))
    op.add_column("questionnaires", sa.Column("answered_at", sa.DateTime(timezone=True)))
    op.add_column("questionnaires", sa.Column("link_revoked_at", sa.DateTime(timezone=True)))
    op.drop_constraint("questionnaire_status", "questionnaires")
    op.create_check_constraint("questionnaire_status", "questionnaires", STATUSES)
    op.create_check_constraint("questionnaire_reminded_twice_at_most", "questionnaires", "reminded <= 2")
    op.add_column("assessments", sa.Column("is_late", sa.Boolean, nullable=False, server_default=sa.false()))
    op.alter_column("assessments", "is_late", server_default=None)
    op.create_index(
        "questionnaires_to_remind",
        "questionnaires",
        ["next_reminder_at"],
        postgresql_where=sa.text("next_reminder_at IS NOT NULL"),
    )


def downgrade() -> None:
    """Narrow the table again; late answers become missed ones."""
    op.drop_index("questionnaires_to_remind")
    op.drop_column("assessments", "is_late")
    op.drop_constraint("questionnaire_reminded_twice_at_most", "questionnaires")
    op.execute("UPDATE questionnaires SET status = 'missed' WHERE status = 'late'")
    op.drop_constraint("questionnaire_status", "questionnaires")
    op.create_check_constraint(
        "questionnaire_status", "questionnaires", "status IN ('planned', 'due', 'completed', 'missed', 'cancelled')"
    )
    for name in ("link_revoked_at", "answered_at", "next_reminder_at", "reminded", "remind_at", "late_until"):
        op.drop_column("questionnaires", name)
