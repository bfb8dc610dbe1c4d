"""Codes on posters at work, and since when a place is news."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("places", sa.Column("first_told_at", sa.DateTime(timezone=True)))
    op.create_table(
        "posters",
        sa.Column("code", sa.Text, primary_key=True),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("organisation", sa.Text, nullable=False),
        sa.Column("programme", sa.Text, nullable=False),
        sa.Column("made_by", sa.Text, nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(
            ["channel", "organisation"], ["organisations.channel", "organisations.code"], name="posters_organisation"
        ),
    )
    op.create_index("posters_of_organisation", "posters", ["channel", "organisation"])


def downgrade() -> None:
    op.drop_table("posters")
    op.drop_column("places", "first_told_at")
