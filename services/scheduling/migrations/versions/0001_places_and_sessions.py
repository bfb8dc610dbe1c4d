"""Sites, cohorts with their sessions, enrolments, places, attendance and people; the kit's tables."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from service_kit.migrations import create_kit_tables, drop_kit_tables

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    create_kit_tables()
    op.create_table(
        "sites",
        sa.Column("site_id", sa.Text, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("outward_code", sa.Text, nullable=False),
        sa.Column("division", sa.Text, nullable=False),
        sa.Column("room_capacity", sa.Integer, nullable=False),
        sa.Column("closed_on", JSONB, nullable=False),
    )
    op.create_table(
        "cohorts",
        sa.Column("cohort_id", sa.Uuid, primary_key=True),
        sa.Column("sequence", sa.BigInteger, nullable=False),
        sa.Column("programme", sa.Text, nullable=False),
        sa.Column("site_id", sa.Text, sa.ForeignKey("sites.site_id"), nullable=False, index=True),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("capacity", sa.Integer, nullable=False),
        sa.Column("close_attention_limit", sa.Integer, nullable=False),
        sa.Column("first_session_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_session_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seats_taken", sa.Integer, nullable=False, server_default="0"),
        sa.Column("flagged", sa.Integer, nullable=False, server_default="0"),
        sa.UniqueConstraint("cohort_id", "capacity", name="cohorts_capacity"),
        sa.CheckConstraint("capacity >= 1", name="cohorts_capacity_positive"),
        sa.CheckConstraint("close_attention_limit BETWEEN 0 AND 2", name="cohorts_close_attention_limit"),
        sa.CheckConstraint("status IN ('open', 'running', 'finished', 'cancelled')", name="cohorts_status"),
        sa.CheckConstraint("seats_taken BETWEEN 0 AND capacity", name="cohorts_within_capacity"),
    )
    op.create_index(
        "cohorts_with_room",
        "cohorts",
        ["programme", "first_session_at", "cohort_id"],
        postgresql_where=sa.text("status = 'open' AND seats_taken < capacity"),
    )
    op.create_index(
        "cohorts_open", "cohorts", ["programme", "first_session_at", "site_id"], postgresql_where=sa.text("status = 'open'")
    )
    op.create_table(
        "sessions",
        sa.Column("session_id", sa.Uuid, primary_key=True),
        sa.Column("cohort_id", sa.Uuid, sa.ForeignKey("cohorts.cohort_id"), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.UniqueConstraint("cohort_id", "number", name="sessions_number"),
        sa.CheckConstraint("ends_at > starts_at", name="sessions_ends_after_start"),
        sa.CheckConstraint("status IN ('planned', 'held', 'cancelled')", name="sessions_status"),
    )
    op.create_table(
        "enrolments",
        sa.Column("enrolment_id", sa.Uuid, primary_key=True),
        sa.Column("sequence", sa.BigInteger, nullable=False),
        sa.Column("participant_id", sa.Uuid, nullable=False),
        sa.Column("programme", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("enrolled_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("close_attention", sa.Boolean, nullable=False),
        sa.Column("outward_code", sa.Text),
        sa.Column("preferred_site", sa.Text),
    )
    op.create_table(
        "places",
        sa.Column("place_id", sa.Uuid, primary_key=True),
        sa.Column("sequence", sa.BigInteger, nullable=False),
        sa.Column("enrolment_id", sa.Uuid, sa.ForeignKey("enrolments.enrolment_id"), nullable=False, index=True),
        sa.Column("participant_id", sa.Uuid, nullable=False, index=True),
        sa.Column("programme", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("waiting_reason", sa.Text),
        sa.Column("cohort_id", sa.Uuid, index=True),
        sa.Column("cohort_capacity", sa.Integer),
        sa.Column("seat", sa.Integer),
        sa.Column("close_attention", sa.Boolean, nullable=False),
        sa.Column("close_attention_seat", sa.Integer),
        sa.Column("sessions_attended", sa.Integer, nullable=False),
        sa.Column("sessions_run", sa.Integer, nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["cohort_id", "cohort_capacity"], ["cohorts.cohort_id", "cohorts.capacity"], name="places_cohort", match="FULL"
        ),
        sa.UniqueConstraint("cohort_id", "seat", name="places_seat"),
        sa.UniqueConstraint("cohort_id", "close_attention_seat", name="places_close_attention_seat"),
        sa.CheckConstraint("seat BETWEEN 1 AND cohort_capacity", name="places_within_capacity"),
        sa.CheckConstraint("seat IS NULL OR cohort_id IS NOT NULL", name="places_seat_in_cohort"),
        sa.CheckConstraint("close_attention_seat BETWEEN 1 AND 2", name="places_within_close_attention"),
        sa.CheckConstraint(
            "close_attention_seat IS NULL OR (seat IS NOT NULL AND close_attention)", name="places_flag_for_close_attention"
        ),
        sa.CheckConstraint("(status = 'waiting') = (waiting_reason IS NOT NULL)", name="places_waiting_has_reason"),
        sa.CheckConstraint("status NOT IN ('placed', 'attending') OR seat IS NOT NULL", name="places_in_cohort_has_seat"),
        sa.CheckConstraint("status NOT IN ('waiting', 'discontinued') OR seat IS NULL", name="places_without_cohort_has_no_seat"),
        sa.CheckConstraint(
            "status IN ('waiting', 'placed', 'attending', 'completed', 'below_completion', 'never_started', 'discontinued',"
            " 'cut_short')",
            name="places_status",
        ),
        sa.CheckConstraint("sessions_attended BETWEEN 0 AND sessions_run", name="places_attended_of_run"),
    )
    op.create_index(
        "places_one_live",
        "places",
        ["enrolment_id"],
        unique=True,
        postgresql_where=sa.text("status IN ('waiting', 'placed', 'attending')"),
    )
    op.create_index("places_waiting", "places", ["programme"], postgresql_where=sa.text("status = 'waiting'"))
    op.create_table(
        "attendance",
        sa.Column("session_id", sa.Uuid, sa.ForeignKey("sessions.session_id"), primary_key=True),
        sa.Column("place_id", sa.Uuid, sa.ForeignKey("places.place_id"), primary_key=True),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("recorded_by", sa.Uuid, nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("status IN ('present', 'absent', 'excused')", name="attendance_status"),
    )
    op.create_table(
        "people",
        sa.Column("participant_id", sa.Uuid, primary_key=True),
        sa.Column("sequence", sa.BigInteger, nullable=False),
        sa.Column("display_name", sa.Text, nullable=False),
        sa.Column("emergency_contact_name", sa.Text),
        sa.Column("emergency_contact_phone", sa.Text),
    )


def downgrade() -> None:
    """Drop the tables."""
    for name in ("people", "attendance", "places", "enrolments", "sessions", "cohorts", "sites"):
        op.drop_table(name)
    drop_kit_tables()
