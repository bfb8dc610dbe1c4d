"""People, their referrals and enrolments, the receipts given, and the kit's tables."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from service_kit.migrations import create_kit_tables, drop_kit_tables

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_kit_tables()
    op.create_table(
        "organisations",
        sa.Column("channel", sa.Text, primary_key=True),
        sa.Column("code", sa.Text, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
    )
    _create_participants()
    _create_enrolments()
    _create_referrals()
    _create_receipts()


def downgrade() -> None:
    for name in ("receipts", "referrals", "enrolments", "participants", "organisations"):
        op.drop_table(name)
    drop_kit_tables()


def _create_participants() -> None:
    op.create_table(
        "participants",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("sequence", sa.BigInteger, nullable=False),
        sa.Column("given_name", sa.Text, nullable=False),
        sa.Column("family_name", sa.Text, nullable=False),
        sa.Column("birth_date", sa.Date, nullable=False),
        sa.Column("nhs_number", sa.Text),
        sa.Column("nhs_number_as_sent", sa.Text),
        sa.Column("postcode", sa.Text),
        sa.Column("phone", sa.Text),
        sa.Column("email", sa.Text),
        sa.Column("language", sa.Text, nullable=False),
        sa.Column("preferred_channel", sa.Text),
        sa.Column("emergency_contact_name", sa.Text),
        sa.Column("emergency_contact_phone", sa.Text),
        sa.Column("match_family", sa.Text, nullable=False),
        sa.Column("match_given", sa.Text),
        sa.Column("match_number", sa.Text),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("nhs_number ~ '^[0-9]{10}$'", name="participants_nhs_number_is_ten_digits"),
    )
    op.create_index("participants_match_family", "participants", ["match_family"])
    op.create_index("participants_match_given", "participants", ["match_given"])
    op.create_index("participants_match_number", "participants", ["match_number"])
    op.create_index("participants_by_name", "participants", ["family_name", "given_name", "id"])
    op.create_index("participants_one_per_number_and_birth_date", "participants", ["nhs_number", "birth_date"], unique=True)


def _create_enrolments() -> None:
    op.create_table(
        "enrolments",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("sequence", sa.BigInteger, nullable=False),
        sa.Column("participant_id", sa.Uuid, sa.ForeignKey("participants.id", name="enrolments_participant"), nullable=False),
        sa.Column("programme", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("enrolled_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("referral_channel", sa.Text, nullable=False),
        sa.Column("joints", JSONB, nullable=False),
        sa.Column("close_attention", sa.Boolean, nullable=False),
        sa.Column("outward_code", sa.Text),
        sa.Column("preferred_site", sa.Text),
        sa.CheckConstraint("status IN ('enrolled', 'withdrawn')", name="enrolments_status"),
    )
    op.create_index(
        "enrolments_one_per_person_and_programme",
        "enrolments",
        ["participant_id", "programme"],
        unique=True,
        postgresql_where=sa.text("status = 'enrolled'"),
    )
    op.create_index("enrolments_of_participant", "enrolments", ["participant_id"])


def _create_referrals() -> None:
    op.create_table(
        "referrals",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("sequence", sa.BigInteger, nullable=False),
        sa.Column("participant_id", sa.Uuid, sa.ForeignKey("participants.id", name="referrals_participant"), nullable=False),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("organisation", sa.Text, nullable=False),
        sa.Column("sender_referral_id", sa.Text, nullable=False),
        sa.Column("service_request", sa.Text),
        sa.Column("programme", sa.Text, nullable=False),
        sa.Column("referred_on", sa.Date),
        sa.Column("answers", JSONB, nullable=False),
        sa.Column("preferred_site", sa.Text),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("reasons", JSONB, nullable=False),
        sa.Column("event_id", sa.Text, nullable=False),
        sa.Column("enrolment_id", sa.Uuid, sa.ForeignKey("enrolments.id", name="referrals_enrolment")),
        sa.Column("near_participant_ids", JSONB, nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.Text),
        sa.Column("note", sa.Text),
        sa.CheckConstraint(
            "status IN ('accepted', 'declined', 'duplicate', 'needs_review', 'cancelled')", name="referrals_status"
        ),
        sa.CheckConstraint("status <> 'accepted' OR enrolment_id IS NOT NULL", name="referrals_accepted_means_enrolled"),
        sa.UniqueConstraint("channel", "organisation", "sender_referral_id", name="referrals_one_per_sender_and_name"),
    )
    op.create_index("referrals_of_participant", "referrals", ["participant_id"])
    op.create_index("referrals_of_service_request", "referrals", ["channel", "organisation", "service_request"])
    op.create_index("referrals_to_review", "referrals", ["received_at"], postgresql_where=sa.text("status = 'needs_review'"))
    op.create_index("referrals_near", "referrals", ["near_participant_ids"], postgresql_using="gin")


def _create_receipts() -> None:
    op.create_table(
        "receipts",
        sa.Column("channel", sa.Text, primary_key=True),
        sa.Column("organisation", sa.Text, primary_key=True),
        sa.Column("event_id", sa.Text, primary_key=True),
        sa.Column("sequence", sa.BigInteger, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("reasons", JSONB, nullable=False),
        sa.Column("sender_referral_id", sa.Text),
        sa.Column("referral_id", sa.Uuid, sa.ForeignKey("referrals.id", name="receipts_referral")),
        sa.Column("participant_id", sa.Uuid),
        sa.Column("enrolment_id", sa.Uuid),
        sa.Column("linked_referral_ids", JSONB, nullable=False),
        sa.Column("first_status", sa.Text),
        sa.Column("body_digest", sa.Text),
        sa.Column("settles_body", sa.Boolean, nullable=False),
        sa.Column("is_cancellation", sa.Boolean, nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("receipts_by_body", "receipts", ["body_digest"])
    op.create_index("receipts_of_referral", "receipts", ["referral_id"])
