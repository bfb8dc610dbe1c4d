"""Sites with rooms, hours and a check-list; facilitators, credentials and training; bookings that can't overlap; feeds."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB, ExcludeConstraint

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_NEXT_BOOKING_KEY = sa.text("nextval('booking_keys')")
_EMPTY_LIST = sa.text("'[]'::jsonb")
_EMPTY_MAPPING = sa.text("'{}'::jsonb")


def upgrade() -> None:
    """Make the tables. What is there already goes on: sites that have cohorts are live, their room is the main room."""
    op.execute("CREATE SEQUENCE booking_keys")
    _sites()
    _facilitators()
    _training()
    _cohorts()
    op.create_table(
        "calendar_feeds",
        sa.Column("feed_id", sa.Uuid, primary_key=True),
        sa.Column("site_id", sa.Text, sa.ForeignKey("sites.site_id"), index=True),
        sa.Column("facilitator_id", sa.Uuid, sa.ForeignKey("facilitators.facilitator_id"), index=True),
        sa.Column("token_hash", sa.Text, nullable=False, unique=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint("(site_id IS NULL) <> (facilitator_id IS NULL)", name="calendar_feeds_of_one"),
    )


def _sites() -> None:
    for column in (
        sa.Column("sequence", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("kind", sa.Text, nullable=False, server_default="community"),
        sa.Column("status", sa.Text, nullable=False, server_default="planned"),
        sa.Column("address", sa.Text),
        sa.Column("employer", sa.Text),
        sa.Column("opening_hours", JSONB, nullable=False, server_default=_EMPTY_MAPPING),
        sa.Column("access_features", JSONB, nullable=False, server_default=_EMPTY_LIST),
        sa.Column("what_to_bring", sa.Text),
        sa.Column("parking", sa.Text),
        sa.Column("checklist", JSONB, nullable=False, server_default=_EMPTY_MAPPING),
    ):
        op.add_column("sites", column)
    op.create_check_constraint("sites_status", "sites", "status IN ('planned', 'in_training', 'live', 'paused')")
    op.create_table(
        "rooms",
        sa.Column("room_id", sa.Uuid, primary_key=True),
        sa.Column("site_id", sa.Text, sa.ForeignKey("sites.site_id"), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("capacity", sa.Integer, nullable=False),
        sa.Column("booking_key", sa.BigInteger, nullable=False, unique=True, server_default=_NEXT_BOOKING_KEY),
        sa.UniqueConstraint("site_id", "name", name="rooms_name"),
        sa.UniqueConstraint("room_id", "booking_key", name="rooms_booking_key"),
        sa.CheckConstraint("capacity >= 1", name="rooms_capacity"),
    )
    op.execute(
        "INSERT INTO rooms (room_id, site_id, name, capacity)"
        " SELECT gen_random_uuid(), site_id, 'Main room', room_capacity FROM sites"
    )
    op.execute("UPDATE sites SET status = 'live' WHERE EXISTS (SELECT FROM cohorts WHERE cohorts.site_id = sites.site_id)")
    op.drop_column("sites", "room_capacity")


def _facilitators() -> None:
    op.create_table(
        "facilitators",
        sa.Column("facilitator_id", sa.Uuid, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("sites", JSONB, nullable=False),
        sa.Column("availability", JSONB, nullable=False),
        sa.Column("member_id", sa.Uuid, unique=True),
        sa.Column("booking_key", sa.BigInteger, nullable=False, unique=True, server_default=_NEXT_BOOKING_KEY),
        sa.UniqueConstraint("facilitator_id", "booking_key", name="facilitators_booking_key"),
    )


def _training() -> None:
    op.create_table(
        "training_days",
        sa.Column("training_day_id", sa.Uuid, primary_key=True),
        sa.Column("programme", sa.Text, nullable=False),
        sa.Column("held_on", sa.Date, nullable=False),
        sa.Column("venue", sa.Text, nullable=False),
        sa.Column("trainer", sa.Text, nullable=False),
        sa.Column("places", sa.Integer, nullable=False),
        sa.Column("expires_after_months", sa.Integer),
        sa.Column("cancelled_at", sa.DateTime(timezone=True)),
        sa.UniqueConstraint("training_day_id", "places", name="training_days_places"),
        sa.CheckConstraint("places >= 1", name="training_days_places_positive"),
    )
    op.create_table(
        "trainees",
        sa.Column("training_day_id", sa.Uuid, primary_key=True),
        sa.Column("facilitator_id", sa.Uuid, sa.ForeignKey("facilitators.facilitator_id"), primary_key=True, index=True),
        sa.Column("day_places", sa.Integer, nullable=False),
        sa.Column("place", sa.Integer, nullable=False),
        sa.Column("prerequisites", JSONB, nullable=False),
        sa.Column("attendance", sa.Text, nullable=False),
        sa.ForeignKeyConstraint(
            ["training_day_id", "day_places"], ["training_days.training_day_id", "training_days.places"], name="trainees_day"
        ),
        sa.UniqueConstraint("training_day_id", "place", name="trainees_place"),
        sa.CheckConstraint("place BETWEEN 1 AND day_places", name="trainees_within_places"),
        sa.CheckConstraint("attendance IN ('booked', 'attended', 'absent')", name="trainees_attendance"),
    )
    op.create_table(
        "facilitator_credentials",
        sa.Column("credential_id", sa.Uuid, primary_key=True),
        sa.Column("facilitator_id", sa.Uuid, sa.ForeignKey("facilitators.facilitator_id"), nullable=False, index=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("programmes", JSONB, nullable=False),
        sa.Column("route", sa.Text, nullable=False),
        sa.Column("prerequisites", JSONB, nullable=False),
        sa.Column("issued_on", sa.Date, nullable=False),
        sa.Column("expires_on", sa.Date),
        sa.Column("revoked_on", sa.Date),
        sa.Column("training_day_id", sa.Uuid, sa.ForeignKey("training_days.training_day_id")),
        sa.CheckConstraint("expires_on >= issued_on", name="facilitator_credentials_expire_after_issue"),
    )
    op.create_table(
        "resources",
        sa.Column("resource_id", sa.Uuid, primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True),
        sa.Column("programme", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("url", sa.Text),
        sa.Column("file_name", sa.Text),
        sa.Column("content_type", sa.Text),
        sa.Column("content", sa.LargeBinary),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(url IS NULL) <> (content IS NULL)", name="resources_link_or_file"),
        sa.CheckConstraint("(content IS NULL) = (file_name IS NULL)", name="resources_file_has_a_name"),
    )
    op.create_table(
        "resource_views",
        sa.Column("resource_id", sa.Uuid, primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True),
        sa.Column("facilitator_id", sa.Uuid, sa.ForeignKey("facilitators.facilitator_id"), primary_key=True),
        sa.Column("viewed_at", sa.DateTime(timezone=True), primary_key=True),
        sa.ForeignKeyConstraint(
            ["resource_id", "version"], ["resources.resource_id", "resources.version"], name="resource_views_of"
        ),
    )


def _cohorts() -> None:
    for column in (
        sa.Column("room_id", sa.Uuid, sa.ForeignKey("rooms.room_id")),
        sa.Column("lead_id", sa.Uuid, sa.ForeignKey("facilitators.facilitator_id")),
        sa.Column("cover_id", sa.Uuid, sa.ForeignKey("facilitators.facilitator_id")),
    ):
        op.add_column("cohorts", column)
    op.drop_constraint("cohorts_status", "cohorts")
    op.create_check_constraint("cohorts_status", "cohorts", "status IN ('planned', 'open', 'running', 'finished', 'cancelled')")
    op.add_column("sessions", sa.Column("themes", JSONB, nullable=False, server_default=_EMPTY_LIST))
    op.add_column("sessions", sa.Column("revision", sa.Integer, nullable=False, server_default="0"))
    op.create_unique_constraint("sessions_when", "sessions", ["session_id", "starts_at", "ends_at", "status"])
    op.create_table(
        "bookings",
        sa.Column("session_id", sa.Uuid, primary_key=True),
        sa.Column("part", sa.Text, primary_key=True),
        sa.Column("room_id", sa.Uuid),
        sa.Column("facilitator_id", sa.Uuid),
        sa.Column("booking_key", sa.BigInteger, nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.ForeignKeyConstraint(
            ["session_id", "starts_at", "ends_at", "status"],
            ["sessions.session_id", "sessions.starts_at", "sessions.ends_at", "sessions.status"],
            name="bookings_session",
            onupdate="CASCADE",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["room_id", "booking_key"], ["rooms.room_id", "rooms.booking_key"], name="bookings_room"),
        sa.ForeignKeyConstraint(
            ["facilitator_id", "booking_key"],
            ["facilitators.facilitator_id", "facilitators.booking_key"],
            name="bookings_facilitator",
        ),
        sa.CheckConstraint("part IN ('room', 'lead', 'cover')", name="bookings_part"),
        sa.CheckConstraint(
            "(part = 'room') = (room_id IS NOT NULL) AND (part = 'room') = (facilitator_id IS NULL)", name="bookings_of_one"
        ),
        ExcludeConstraint(
            (sa.text("int8range(booking_key, booking_key, '[]')"), "&&"),
            (sa.text("tstzrange(starts_at, ends_at)"), "&&"),
            where=sa.text("status <> 'cancelled'"),
            name="bookings_one_at_a_time",
        ),
    )


def downgrade() -> None:
    """Drop what was made. A planned cohort has no place in what was before: it is cancelled."""
    op.drop_table("bookings")
    op.drop_constraint("sessions_when", "sessions")
    op.drop_column("sessions", "revision")
    op.drop_column("sessions", "themes")
    op.execute("UPDATE cohorts SET status = 'cancelled' WHERE status = 'planned'")
    op.drop_constraint("cohorts_status", "cohorts")
    op.create_check_constraint("cohorts_status", "cohorts", "status IN ('open', 'running', 'finished', 'cancelled')")
    for name in ("cover_id", "lead_id", "room_id"):
        op.drop_column("cohorts", name)
    op.drop_table("calendar_feeds")
    for name in ("resource_views", "resources", "facilitator_credentials", "trainees", "training_days", "facilitators"):
        op.drop_table(name)
    op.add_column("sites", sa.Column("room_capacity", sa.Integer))
    op.execute("UPDATE sites SET room_capacity = (SELECT max(capacity) FROM rooms WHERE rooms.site_id = sites.site_id)")
    op.alter_column("sites", "room_capacity", nullable=False)
    op.drop_table("rooms")
    for name in (
        *("checklist", "parking", "what_to_bring", "access_features", "opening_hours"),
        *("employer", "address", "status", "kind", "sequence"),
    ):
        op.drop_column("sites", name)
    op.execute("DROP SEQUENCE booking_keys")
