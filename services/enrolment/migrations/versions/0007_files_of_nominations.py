"""Files of nominations and the answer to each of their lines."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "bulk_jobs",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("organisation", sa.Text, nullable=False),
        sa.Column("total", sa.BigInteger, nullable=False),
        sa.Column("received", sa.BigInteger, nullable=False),
        sa.Column("refused", sa.BigInteger, nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True)),
    )
    op.create_index("bulk_jobs_unfinished", "bulk_jobs", ["begun_at"], postgresql_where=sa.text("finished_at IS NULL"))
    op.create_table(
        "bulk_lines",
        sa.Column("job_id", sa.Uuid, sa.ForeignKey("bulk_jobs.id", name="bulk_lines_job"), primary_key=True),
        sa.Column("line", sa.BigInteger, primary_key=True),
        sa.Column("cells", JSONB),
        sa.Column("nomination_id", sa.Text),
        sa.Column("code", sa.Text),
        sa.Column("field", sa.Text),
        sa.Column("words", sa.Text),
        sa.CheckConstraint("(cells IS NULL) = (code IS NOT NULL)", name="bulk_lines_waiting_or_done"),
    )
    op.create_index("bulk_lines_waiting", "bulk_lines", ["job_id", "line"], postgresql_where=sa.text("code IS NULL"))


def downgrade() -> None:
    op.drop_table("bulk_lines")
    op.drop_table("bulk_jobs")
