"""Every entry of a register, tasks for staff, absences in a row, and who set the flag for close attention."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_AT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the tables; registers that were recorded before become entries."""
    op.create_table(
        "register_entries",
        sa.Column("entry_id", sa.Uuid, primary_key=True),
        sa.Column("session_id", sa.Uuid, sa.ForeignKey("sessions.session_id"), nullable=False, index=True),
        sa.Column("place_id", sa.Uuid, sa.ForeignKey("places.place_id"), index=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("slot", sa.Text, nullable=False),
        sa.Column("content", JSONB, nullable=False),
        sa.Column("replaces", sa.Uuid),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("made_by", sa.Uuid, nullable=False),
        sa.Column("made_by_name", sa.Text, nullable=False),
        sa.Column("made_at", _AT, nullable=False),
        sa.Column("received_at", _AT, nullable=False),
        sa.Column("standing", sa.Text, nullable=False),
        sa.Column("position", sa.BigInteger, sa.Identity(always=True), nullable=False),
        sa.CheckConstraint("standing IN ('current', 'replaced', 'contested')", name="register_entries_standing"),
        sa.CheckConstraint(
            "kind IN ('attendance', 'exercise', 'goals', 'review', 'close_attention', 'incident', 'sign_off')",
            name="register_entries_kind",
        ),
        sa.CheckConstraint("place_id IS NOT NULL OR kind IN ('incident', 'sign_off')", name="register_entries_of_person"),
    )
    op.create_index(
        "register_entries_one_stands",
        "register_entries",
        ["session_id", "slot"],
        unique=True,
        postgresql_where=sa.text("standing = 'current'"),
    )
    op.execute("""
        INSERT INTO register_entries
        SELECT gen_random_uuid(), session_id, place_id, 'attendance', 'attendance:' || place_id,
            jsonb_build_object('status', status, 'excuse', ''), NULL, '', recorded_by,
            coalesce((SELECT name FROM credentials WHERE id = recorded_by), ''), recorded_at, recorded_at, 'current'
        FROM attendance ORDER BY recorded_at
    """)
    op.create_table(
        "tasks",
        sa.Column("task_id", sa.Uuid, primary_key=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("about", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("cohort_id", sa.Uuid, sa.ForeignKey("cohorts.cohort_id"), nullable=False, index=True),
        sa.Column("session_id", sa.Uuid, sa.ForeignKey("sessions.session_id")),
        sa.Column("participant_id", sa.Uuid, index=True),
        sa.Column("raised_at", _AT, nullable=False),
        sa.Column("due_at", _AT, nullable=False),
        sa.Column("acknowledged_by", sa.Uuid),
        sa.Column("acknowledged_by_name", sa.Text),
        sa.Column("acknowledged_at", _AT),
        sa.Column("finished_by", sa.Uuid),
        sa.Column("finished_by_name", sa.Text),
        sa.Column("finished_at", _AT),
        sa.Column("outcome", sa.Text, nullable=False),
        sa.CheckConstraint("status IN ('open', 'acknowledged', 'done', 'not_needed')", name="tasks_status"),
        sa.CheckConstraint("status <> 'acknowledged' OR acknowledged_by IS NOT NULL", name="tasks_acknowledged_by_somebody"),
        sa.CheckConstraint("(status = 'done') = (finished_by IS NOT NULL)", name="tasks_done_by_somebody"),
    )
    op.create_index(
        "tasks_one_unfinished",
        "tasks",
        ["kind", "about"],
        unique=True,
        postgresql_where=sa.text("status IN ('open', 'acknowledged')"),
    )
    op.add_column("places", sa.Column("missed_in_a_row", sa.Integer, nullable=False, server_default="0"))
    op.add_column("places", sa.Column("close_attention_by_staff", sa.Boolean, nullable=False, server_default="false"))
    op.create_check_constraint("places_missed_of_run", "places", "missed_in_a_row BETWEEN 0 AND sessions_run")


def downgrade() -> None:
    """Drop them."""
    op.drop_constraint("places_missed_of_run", "places")
    op.drop_column("places", "close_attention_by_staff")
    op.drop_column("places", "missed_in_a_row")
    op.drop_table("tasks")
    op.drop_table("register_entries")
