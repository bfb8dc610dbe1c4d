"""Somebody comes to one session of another cohort, for one of their own; a class keeps its limits with them, too."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

# Whoever takes a seat holds the cohort's row against whoever comes for a session, and the other way round, so that the second
# of two at once sees the first.
FUNCTIONS = (
    """
    CREATE FUNCTION make_up_within_limits() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        cohort cohorts%ROWTYPE;
        people integer;
        flagged integer;
        guests integer;
        flagged_guests integer;
    BEGIN
        SELECT * INTO cohort FROM cohorts WHERE cohort_id = NEW.cohort_id FOR UPDATE;
        SELECT count(*), count(*) FILTER (WHERE close_attention) INTO people, flagged
            FROM places WHERE cohort_id = NEW.cohort_id AND seat IS NOT NULL;
        SELECT count(*), count(*) FILTER (WHERE p.close_attention) INTO guests, flagged_guests
            FROM make_ups m JOIN places p USING (place_id) WHERE m.session_id = NEW.session_id AND m.status = 'coming';
        IF people + guests > cohort.capacity THEN
            RAISE check_violation USING MESSAGE = 'the class would be too large', CONSTRAINT = 'make_ups_within_capacity';
        END IF;
        IF flagged + flagged_guests > cohort.close_attention_limit
            AND (SELECT close_attention FROM places WHERE place_id = NEW.place_id) THEN
            RAISE check_violation USING MESSAGE = 'too many people would need close attention',
                CONSTRAINT = 'make_ups_within_close_attention';
        END IF;
        RETURN NULL;
    END $$
    """,
    """
    CREATE FUNCTION seat_within_limits() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM FROM cohorts WHERE cohort_id = NEW.cohort_id FOR KEY SHARE;
        IF EXISTS (
            SELECT FROM make_ups m JOIN places guest USING (place_id) JOIN cohorts c ON c.cohort_id = m.cohort_id
            JOIN sessions s USING (session_id)
            WHERE m.cohort_id = NEW.cohort_id AND m.status = 'coming' AND s.status = 'planned'
            GROUP BY m.session_id, c.capacity, c.close_attention_limit
            HAVING count(*) + (SELECT count(seat) FROM places WHERE cohort_id = NEW.cohort_id) > c.capacity
                OR (NEW.close_attention_seat IS NOT NULL AND count(*) FILTER (WHERE guest.close_attention)
                    + (SELECT count(close_attention_seat) FROM places WHERE cohort_id = NEW.cohort_id) > c.close_attention_limit)
        ) THEN
            RAISE check_violation USING MESSAGE = 'the class would be too large', CONSTRAINT = 'places_beside_make_ups';
        END IF;
        RETURN NULL;
    END $$
    """,
)
TRIGGERS = (
    """
    CREATE TRIGGER make_ups_added_within_limits AFTER INSERT ON make_ups
    FOR EACH ROW WHEN (NEW.status = 'coming') EXECUTE FUNCTION make_up_within_limits()
    """,
    """
    CREATE TRIGGER make_ups_within_limits AFTER UPDATE ON make_ups
    FOR EACH ROW WHEN (NEW.status = 'coming' AND OLD.status <> 'coming') EXECUTE FUNCTION make_up_within_limits()
    """,
    """
    CREATE TRIGGER places_added_within_limits AFTER INSERT ON places
    FOR EACH ROW WHEN (NEW.seat IS NOT NULL) EXECUTE FUNCTION seat_within_limits()
    """,
    """
    CREATE TRIGGER places_within_limits AFTER UPDATE ON places FOR EACH ROW
    WHEN (
        NEW.seat IS NOT NULL
        AND (NEW.cohort_id, NEW.seat, NEW.close_attention_seat)
            IS DISTINCT FROM (OLD.cohort_id, OLD.seat, OLD.close_attention_seat)
    )
    EXECUTE FUNCTION seat_within_limits()
    """,
)


def upgrade() -> None:
    """Make the table and what keeps it within limits."""
    op.create_unique_constraint("sessions_of_cohort", "sessions", ["session_id", "cohort_id"])
    op.create_table(
        "make_ups",
        sa.Column("session_id", sa.Uuid, primary_key=True),
        sa.Column("place_id", sa.Uuid, sa.ForeignKey("places.place_id"), primary_key=True),
        sa.Column("cohort_id", sa.Uuid, nullable=False),
        sa.Column("of_cohort_id", sa.Uuid, sa.ForeignKey("cohorts.cohort_id"), nullable=False),
        sa.Column("themes", JSONB, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("booked_by", sa.Uuid, nullable=False),
        sa.Column("booked_by_name", sa.Text, nullable=False),
        sa.Column("booked_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["session_id", "cohort_id"], ["sessions.session_id", "sessions.cohort_id"], name="make_ups_session"
        ),
        sa.CheckConstraint("status IN ('coming', 'taken_back', 'cancelled')", name="make_ups_status"),
        sa.CheckConstraint("cohort_id <> of_cohort_id", name="make_ups_elsewhere"),
    )
    op.create_index("make_ups_of_place", "make_ups", ["place_id"])
    op.create_index("make_ups_in_cohort", "make_ups", ["cohort_id"], postgresql_where=sa.text("status = 'coming'"))
    op.create_index("make_ups_of_cohort", "make_ups", ["of_cohort_id"], postgresql_where=sa.text("status = 'coming'"))
    for statement in (*FUNCTIONS, *TRIGGERS):
        op.execute(statement)


def downgrade() -> None:
    """Drop all of it."""
    op.execute("DROP TRIGGER places_within_limits ON places")
    op.execute("DROP TRIGGER places_added_within_limits ON places")
    op.drop_table("make_ups")
    op.execute("DROP FUNCTION seat_within_limits, make_up_within_limits")
    op.drop_constraint("sessions_of_cohort", "sessions")
