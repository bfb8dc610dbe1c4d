"""People who may be one, merges that can be undone, how people were described before, and what an erasure leaves."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("enrolments", sa.Column("doubled", sa.Boolean, nullable=False, server_default="false"))
    op.create_check_constraint("enrolments_doubled_while_enrolled", "enrolments", "status = 'enrolled' OR NOT doubled")
    _one_enrolment_where("status = 'enrolled' AND NOT doubled")
    _create_near_matches()
    _create_merges()
    op.create_table(
        "participant_history",
        sa.Column(
            "participant_id",
            sa.Uuid,
            sa.ForeignKey("participants.id", name="participant_history_participant"),
            primary_key=True,
        ),
        sa.Column("sequence", sa.BigInteger, primary_key=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_kind", sa.Text, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("role", sa.Text),
        sa.Column("before", JSONB, nullable=False),
    )
    op.create_table(
        "restricted_identities",
        sa.Column(
            "participant_id",
            sa.Uuid,
            sa.ForeignKey("participants.id", name="restricted_identities_participant"),
            primary_key=True,
        ),
        sa.Column("given_name", sa.Text, nullable=False),
        sa.Column("family_name", sa.Text, nullable=False),
        sa.Column("nhs_number", sa.Text),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("keep_until", sa.Date, nullable=False),
    )
    op.create_index("restricted_identities_by_end", "restricted_identities", ["keep_until"])


def downgrade() -> None:
    for name in ("restricted_identities", "participant_history", "merges", "near_matches"):
        op.drop_table(name)
    _one_enrolment_where("status = 'enrolled'")
    op.drop_constraint("enrolments_doubled_while_enrolled", "enrolments")
    op.drop_column("enrolments", "doubled")


def _one_enrolment_where(condition: str) -> None:
    op.drop_index("enrolments_one_per_person_and_programme", "enrolments")
    op.create_index(
        "enrolments_one_per_person_and_programme",
        "enrolments",
        ["participant_id", "programme"],
        unique=True,
        postgresql_where=sa.text(condition),
    )


def _create_near_matches() -> None:
    op.create_table(
        "near_matches",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("one_id", sa.Uuid, sa.ForeignKey("participants.id", name="near_matches_one"), nullable=False),
        sa.Column("other_id", sa.Uuid, sa.ForeignKey("participants.id", name="near_matches_other"), nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("referral_id", sa.Uuid),
        sa.Column("decided_at", sa.DateTime(timezone=True)),
        sa.Column("decided_by", sa.Text),
        sa.CheckConstraint("status IN ('open', 'merged', 'kept_apart')", name="near_matches_status"),
        sa.CheckConstraint("one_id < other_id", name="near_matches_smaller_first"),
        sa.UniqueConstraint("one_id", "other_id", name="near_matches_one_per_pair"),
    )
    op.create_index("near_matches_other", "near_matches", ["other_id"])
    op.create_index("near_matches_open", "near_matches", ["found_at"], postgresql_where=sa.text("status = 'open'"))


def _create_merges() -> None:
    op.create_table(
        "merges",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("survivor_id", sa.Uuid, sa.ForeignKey("participants.id", name="merges_survivor"), nullable=False),
        sa.Column("merged_id", sa.Uuid, sa.ForeignKey("participants.id", name="merges_merged"), nullable=False),
        sa.Column("merged_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("merged_by", sa.Text, nullable=False),
        sa.Column("referral_ids", JSONB, nullable=False),
        sa.Column("enrolment_ids", JSONB, nullable=False),
        sa.Column("survivor_before", JSONB, nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True)),
        sa.Column("undone_by", sa.Text),
    )
    op.create_index("merges_standing", "merges", ["merged_id"], unique=True, postgresql_where=sa.text("undone_at IS NULL"))
    op.create_index("merges_of_survivor", "merges", ["survivor_id"])
