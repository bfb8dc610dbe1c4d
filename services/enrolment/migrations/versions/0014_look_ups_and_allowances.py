"""Whom a number or an address reaches is looked up by index; how often somebody may ask holds over all instances."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

HOME_NUMBER = "regexp_replace(regexp_replace(phone, '[^0-9+]', '', 'g'), '^([+]44|0044)', '0')"


def upgrade() -> None:
    active = sa.text("status = 'active'")
    op.create_index("participants_by_email", "participants", [sa.text("lower(email)")], postgresql_where=active)
    op.create_index("participants_by_phone", "participants", [sa.text(HOME_NUMBER)], postgresql_where=active)
    op.create_table(
        "request_allowances",
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("tokens", sa.Double, nullable=False),
        sa.Column("refused", sa.Boolean, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        prefixes=["UNLOGGED"],
    )
    op.create_index("request_allowances_to_forget", "request_allowances", ["at"])


def downgrade() -> None:
    op.drop_table("request_allowances")
    op.drop_index("participants_by_phone", "participants")
    op.drop_index("participants_by_email", "participants")
