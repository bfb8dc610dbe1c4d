"""Seats beside guests are looked at once for each statement, not for each row: placing many people stays as fast."""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

# As before, whoever takes seats holds the cohorts' rows against whoever comes for a session, and the other way round. Only seats
# that are new are looked at: a flag that was raised later is always recorded, and makes nothing else impossible.
FUNCTION = """
    CREATE FUNCTION seats_within_limits() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        seated_in uuid[];
        flagged_in uuid[];
    BEGIN
        IF TG_OP = 'INSERT' THEN
            SELECT array_agg(cohort_id), array_agg(cohort_id) FILTER (WHERE close_attention_seat IS NOT NULL)
                INTO seated_in, flagged_in FROM places_now WHERE seat IS NOT NULL;
        ELSE
            SELECT array_agg(n.cohort_id), array_agg(n.cohort_id) FILTER (WHERE n.close_attention_seat IS NOT NULL)
                INTO seated_in, flagged_in FROM places_now n JOIN places_before b USING (place_id)
                WHERE n.seat IS NOT NULL AND (n.cohort_id, n.seat, n.close_attention_seat)
                    IS DISTINCT FROM (b.cohort_id, b.seat, b.close_attention_seat);
        END IF;
        IF seated_in IS NULL THEN
            RETURN NULL;
        END IF;
        PERFORM FROM cohorts WHERE cohort_id = ANY (seated_in) ORDER BY cohort_id FOR KEY SHARE;
        IF EXISTS (
            SELECT FROM make_ups m JOIN places guest USING (place_id) JOIN cohorts c ON c.cohort_id = m.cohort_id
            JOIN sessions s USING (session_id)
            WHERE m.cohort_id = ANY (seated_in) AND m.status = 'coming' AND s.status = 'planned'
            GROUP BY m.session_id, m.cohort_id, c.capacity, c.close_attention_limit
            HAVING count(*) + (SELECT count(seat) FROM places p WHERE p.cohort_id = m.cohort_id) > c.capacity
                OR (m.cohort_id = ANY (flagged_in) AND count(*) FILTER (WHERE guest.close_attention)
                    + (SELECT count(close_attention_seat) FROM places p WHERE p.cohort_id = m.cohort_id)
                    > c.close_attention_limit)
        ) THEN
            RAISE check_violation USING MESSAGE = 'the class would be too large', CONSTRAINT = 'places_beside_make_ups';
        END IF;
        RETURN NULL;
    END $$
"""
TRIGGERS = (
    """
    CREATE TRIGGER places_added_within_limits AFTER INSERT ON places
    REFERENCING NEW TABLE AS places_now FOR EACH STATEMENT EXECUTE FUNCTION seats_within_limits()
    """,
    """
    CREATE TRIGGER places_within_limits AFTER UPDATE ON places
    REFERENCING OLD TABLE AS places_before NEW TABLE AS places_now FOR EACH STATEMENT EXECUTE FUNCTION seats_within_limits()
    """,
)
FORMER = (
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
    """Put triggers for statements in the place of those for rows."""
    _drop()
    for statement in (FUNCTION, *TRIGGERS):
        op.execute(statement)


def downgrade() -> None:
    """Put them back."""
    _drop()
    op.execute("DROP FUNCTION seats_within_limits")
    for statement in FORMER:
        op.execute(statement)


def _drop() -> None:
    op.execute("DROP TRIGGER places_within_limits ON places")
    op.execute("DROP TRIGGER places_added_within_limits ON places")
