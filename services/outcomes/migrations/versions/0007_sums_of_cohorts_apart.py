"""The sums of each cohort lie apart from those of all cohorts together, so that reading these looks at few rows."""

from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Move the sums of cohorts into a table of their own."""
    op.drop_index("report_cells_of_cohort")
    op.execute("CREATE TABLE report_cohort_cells (LIKE report_cells INCLUDING ALL)")
    op.execute("INSERT INTO report_cohort_cells SELECT * FROM report_cells WHERE cohort <> ''")
    op.execute("DELETE FROM report_cells WHERE cohort <> ''")
    op.create_index("report_cells_of_cohort", "report_cohort_cells", ["cohort"])


def downgrade() -> None:
    """Put them together again."""
    op.execute("INSERT INTO report_cells SELECT * FROM report_cohort_cells")
    op.drop_table("report_cohort_cells")
    op.execute("CREATE INDEX report_cells_of_cohort ON report_cells (cohort) WHERE cohort <> ''")
