"""Reports: sums by cell, what each enrolment added to them, and the enrolments to be counted again."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0004"
down_revision = "0003"
DIMENSIONS = ("programme", "site", "cohort", "channel", "joint", "month", "measure")


def upgrade() -> None:
    """Make the tables, and have everything that is there already counted."""
    op.add_column("places", sa.Column("site_id", sa.Text))
    op.create_table(
        "first_contacts",
        sa.Column("participant_id", sa.Uuid, primary_key=True),
        sa.Column("first_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "report_changes",
        sa.Column("enrolment_id", sa.Uuid, primary_key=True),
        sa.Column("marked_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
    )
    op.create_index("report_changes_in_order", "report_changes", ["marked_at"])
    op.create_table(
        "report_counted",
        sa.Column("enrolment_id", sa.Uuid, primary_key=True),
        sa.Column("cell", JSONB, nullable=False),
        sa.Column("values", JSONB, nullable=False),
    )
    op.create_table(
        "report_cells",
        *(sa.Column(name, sa.Text, primary_key=True) for name in DIMENSIONS),
        sa.Column("n", sa.Integer, nullable=False),
        *(sa.Column(name, sa.Float, nullable=False) for name in ("first", "later", "first_squared", "later_squared", "product")),
        sa.Column("better", sa.Integer, nullable=False),
        sa.Column("worse", sa.Integer, nullable=False),
    )
    op.create_index("report_cells_of_cohort", "report_cells", ["cohort"], postgresql_where=sa.text("cohort <> ''"))
    op.execute("INSERT INTO report_changes SELECT enrolment_id, enrolled_at FROM enrolments")


def downgrade() -> None:
    """Remove the tables."""
    for name in ("report_cells", "report_counted", "report_changes", "first_contacts"):
        op.drop_table(name)
    op.drop_column("places", "site_id")
