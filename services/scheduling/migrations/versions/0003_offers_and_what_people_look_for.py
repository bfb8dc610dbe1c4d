"""Offers of places; what people look for and cohorts are; where outward codes are."""

import csv
from importlib.resources import files

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

# Every time of the week, as bits.
ANY_TIME = str((1 << 21) - 1)

BEFORE = (
    ("places_in_cohort_has_seat", "status NOT IN ('placed', 'attending') OR seat IS NOT NULL"),
    ("places_without_cohort_has_no_seat", "status NOT IN ('waiting', 'discontinued') OR seat IS NULL"),
    (
        "places_status",
        (
            "status IN ('waiting', 'placed', 'attending', 'completed', 'below_completion', 'never_started', 'discontinued',"
            " 'cut_short')"
        ),
    ),
)
AFTER = (
    ("places_in_cohort_has_seat", "status NOT IN ('offered', 'placed', 'attending') OR seat IS NOT NULL"),
    ("places_without_cohort_has_no_seat", "status NOT IN ('waiting', 'declined', 'discontinued') OR seat IS NULL"),
    (
        "places_status",
        (
            "status IN ('waiting', 'offered', 'placed', 'attending', 'completed', 'below_completion', 'never_started',"
            " 'discontinued', 'cut_short', 'declined')"
        ),
    ),
)
LIVE_BEFORE = "status IN ('waiting', 'placed', 'attending')"
LIVE_AFTER = "status IN ('waiting', 'offered', 'placed', 'attending')"


def upgrade() -> None:
    """Make the tables and columns, and fill in where outward codes are."""
    codes = op.create_table(
        "outward_codes",
        sa.Column("outward_code", sa.Text, primary_key=True),
        sa.Column("latitude", sa.Double, nullable=False),
        sa.Column("longitude", sa.Double, nullable=False),
    )
    lines = files("scheduling").joinpath("data", "outward_codes.csv").read_text(encoding="utf-8").splitlines()
    op.bulk_insert(
        codes,
        [
            {"outward_code": row["outward_code"], "latitude": float(row["latitude"]), "longitude": float(row["longitude"])}
            for row in csv.DictReader(lines)
        ],
    )

    op.add_column("cohorts", sa.Column("times", sa.Integer, nullable=False, server_default="0"))
    op.add_column("cohorts", sa.Column("language", sa.Text, nullable=False, server_default="en"))
    op.add_column("cohorts", sa.Column("employer", sa.Text))

    op.add_column("enrolments", sa.Column("referred_at", sa.DateTime(timezone=True)))
    op.add_column("enrolments", sa.Column("language", sa.Text, nullable=False, server_default="en"))
    op.add_column("enrolments", sa.Column("access_needs", JSONB, nullable=False, server_default="[]"))
    op.add_column("enrolments", sa.Column("available", JSONB, nullable=False, server_default="[]"))
    op.add_column("enrolments", sa.Column("times", sa.Integer, nullable=False, server_default=ANY_TIME))
    op.add_column("enrolments", sa.Column("employer", sa.Text))

    op.add_column("places", sa.Column("offered_until", sa.DateTime(timezone=True)))
    op.add_column("places", sa.Column("offer_token", sa.Text))
    _replace_checks(AFTER)
    op.create_check_constraint(
        "places_offered_has_an_end",
        "places",
        "CASE WHEN status = 'offered' THEN num_nulls(offered_until, offer_token) = 0"
        " ELSE num_nonnulls(offered_until, offer_token) = 0 END",
    )
    _replace_live_index(LIVE_AFTER)

    op.create_table(
        "offers",
        sa.Column("offer_id", sa.Uuid, primary_key=True),
        sa.Column("place_id", sa.Uuid, sa.ForeignKey("places.place_id"), nullable=False, index=True),
        sa.Column("programme", sa.Text, nullable=False),
        sa.Column("cohort_id", sa.Uuid, sa.ForeignKey("cohorts.cohort_id"), nullable=False, index=True),
        sa.Column("token", sa.Text, nullable=False, unique=True),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("offered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer_by", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True)),
        sa.Column("answered_by", sa.Text),
        sa.CheckConstraint("length(token) >= 43", name="offers_token_is_long"),
        sa.CheckConstraint("status IN ('offered', 'accepted', 'declined', 'expired', 'taken_back')", name="offers_status"),
        sa.CheckConstraint("(status = 'offered') = (closed_at IS NULL)", name="offers_closed_have_an_end"),
        sa.CheckConstraint(
            "(status IN ('accepted', 'declined')) = (answered_by IS NOT NULL)", name="offers_answered_by_somebody"
        ),
    )
    op.create_index("offers_standing", "offers", ["place_id"], unique=True, postgresql_where=sa.text("status = 'offered'"))
    op.create_index("offers_by_end", "offers", ["answer_by"], postgresql_where=sa.text("status = 'offered'"))


def downgrade() -> None:
    """Drop them; fails where somebody has an offer or has left the waiting list."""
    op.drop_table("offers")
    _replace_live_index(LIVE_BEFORE)
    op.drop_constraint("places_offered_has_an_end", "places")
    _replace_checks(BEFORE)
    for table, columns in (
        ("places", ("offered_until", "offer_token")),
        ("enrolments", ("referred_at", "language", "access_needs", "available", "times", "employer")),
        ("cohorts", ("times", "language", "employer")),
    ):
        for column in columns:
            op.drop_column(table, column)
    op.drop_table("outward_codes")


def _replace_checks(checks: tuple[tuple[str, str], ...]) -> None:
    for name, rule in checks:
        op.drop_constraint(name, "places")
        op.create_check_constraint(name, "places", rule)


def _replace_live_index(live: str) -> None:
    op.drop_index("places_one_live", "places")
    op.create_index("places_one_live", "places", ["enrolment_id"], unique=True, postgresql_where=sa.text(live))
