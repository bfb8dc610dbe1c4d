"""What staff have to see to."""

from sqlalchemy import CheckConstraint, Column, DateTime, ForeignKey, Index, Table, Text, Uuid, text

from scheduling.storage.tables.metadata import metadata

tasks = Table(
    "tasks",
    metadata,
    Column("task_id", Uuid, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("about", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("cohort_id", ForeignKey("cohorts.cohort_id"), nullable=False, index=True),
    Column("session_id", ForeignKey("sessions.session_id")),
    Column("participant_id", Uuid, index=True),
    Column("raised_at", DateTime(timezone=True), nullable=False),
    Column("due_at", DateTime(timezone=True), nullable=False),
    Column("acknowledged_by", Uuid),
    Column("acknowledged_by_name", Text),
    Column("acknowledged_at", DateTime(timezone=True)),
    Column("finished_by", Uuid),
    Column("finished_by_name", Text),
    Column("finished_at", DateTime(timezone=True)),
    Column("outcome", Text, nullable=False),
    Index("tasks_one_unfinished", "kind", "about", unique=True, postgresql_where=text("status IN ('open', 'acknowledged')")),
    CheckConstraint("status IN ('open', 'acknowledged', 'done', 'not_needed')", name="tasks_status"),
    CheckConstraint("status <> 'acknowledged' OR acknowledged_by IS NOT NULL", name="tasks_acknowledged_by_somebody"),
    CheckConstraint("(status = 'done') = (finished_by IS NOT NULL)", name="tasks_done_by_somebody"),
)
