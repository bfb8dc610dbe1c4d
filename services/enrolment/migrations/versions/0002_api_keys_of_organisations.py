"""API keys of organisations."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("organisations", sa.Column("revoked_at", sa.DateTime(timezone=True)))
    op.create_table(
        "api_keys",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("organisation", sa.Text, nullable=False),
        sa.Column("key_hash", sa.Text, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True)),
        sa.Column("revoked_at", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(
            ["channel", "organisation"], ["organisations.channel", "organisations.code"], name="api_keys_organisation"
        ),
    )
    op.create_index("api_keys_of_organisation", "api_keys", ["channel", "organisation"])


def downgrade() -> None:
    op.drop_table("api_keys")
    op.drop_column("organisations", "revoked_at")
