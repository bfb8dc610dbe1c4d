"""What placing asks of an enrolment, where a person stands, and the audit."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_UNCHANGEABLE = """
CREATE FUNCTION audit_is_unchangeable() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'a row of the audit is never changed or taken away';
END $$
"""


def upgrade() -> None:
    op.add_column("enrolments", sa.Column("referred_at", sa.DateTime(timezone=True)))
    op.add_column("enrolments", sa.Column("language", sa.Text, nullable=False, server_default="en"))
    for table in ("enrolments", "referrals"):
        op.add_column(table, sa.Column("access_needs", JSONB, nullable=False, server_default="[]"))
        op.add_column(table, sa.Column("available", JSONB, nullable=False, server_default="[]"))
        op.add_column(table, sa.Column("employer", sa.Text))
    _let_people_change()
    _create_audit()


def downgrade() -> None:
    op.drop_table("audit")
    op.execute("DROP FUNCTION audit_is_unchangeable")
    op.drop_index("participants_one_per_number_and_birth_date", "participants")
    op.create_index("participants_one_per_number_and_birth_date", "participants", ["nhs_number", "birth_date"], unique=True)
    for name in ("kept_apart", "status_changed_at", "merged_into", "status"):
        op.drop_column("participants", name)
    for table in ("referrals", "enrolments"):
        for name in ("employer", "available", "access_needs"):
            op.drop_column(table, name)
    for name in ("language", "referred_at"):
        op.drop_column("enrolments", name)


def _let_people_change() -> None:
    op.add_column("participants", sa.Column("status", sa.Text, nullable=False, server_default="active"))
    op.add_column(
        "participants", sa.Column("merged_into", sa.Uuid, sa.ForeignKey("participants.id", name="participants_merged_into"))
    )
    op.add_column("participants", sa.Column("status_changed_at", sa.DateTime(timezone=True)))
    op.add_column("participants", sa.Column("kept_apart", JSONB, nullable=False, server_default="[]"))
    op.create_check_constraint("participants_status", "participants", "status IN ('active', 'deceased', 'merged', 'erased')")
    op.create_check_constraint(
        "participants_merged_into_somebody", "participants", "(status = 'merged') = (merged_into IS NOT NULL)"
    )
    op.create_index("participants_merged", "participants", ["merged_into"], postgresql_where=sa.text("merged_into IS NOT NULL"))
    op.drop_index("participants_one_per_number_and_birth_date", "participants")
    op.create_index(
        "participants_one_per_number_and_birth_date",
        "participants",
        ["nhs_number", "birth_date"],
        unique=True,
        postgresql_where=sa.text("status <> 'merged'"),
    )


def _create_audit() -> None:
    op.create_table(
        "audit",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_kind", sa.Text, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("role", sa.Text),
        sa.Column("deed", sa.Text, nullable=False),
        sa.Column("participant_id", sa.Uuid),
        sa.Column("about", sa.Text),
        sa.Column("details", JSONB, nullable=False, server_default="{}"),
        sa.CheckConstraint("actor_kind IN ('staff', 'organisation', 'person', 'system')", name="audit_actor_kind"),
    )
    op.create_index("audit_of_participant", "audit", ["participant_id", "id"])
    op.execute(_UNCHANGEABLE)
    op.execute(
        "CREATE TRIGGER audit_rows_stay BEFORE UPDATE OR DELETE ON audit FOR EACH ROW EXECUTE FUNCTION audit_is_unchangeable()"
    )
    op.execute("CREATE TRIGGER audit_stays BEFORE TRUNCATE ON audit FOR EACH STATEMENT EXECUTE FUNCTION audit_is_unchangeable()")
