"""Versions of where people stand: those of the erased who were nobody yet are larger than an integer."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Widen the column."""
    op.alter_column("standings", "sequence", type_=sa.BigInteger)


def downgrade() -> None:
    """Make it as narrow as it was."""
    op.alter_column("standings", "sequence", type_=sa.Integer)
