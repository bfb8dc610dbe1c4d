"""Enrolment's tables. The migrations make them; a test holds the two together."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from enrolment.storage.form_tables import CONFIRMATIONS, DRAFTS, PREFERENCE_CHANGES, PREFERENCES
from enrolment.storage.metadata import KIT, METADATA
from enrolment.storage.nomination_tables import BULK_JOBS, BULK_LINES, NOMINATIONS
from enrolment.storage.poster_tables import POSTERS
from enrolment.storage.progress_tables import PLACES
from enrolment.storage.promise_tables import FETCH_HOSTS, PROMISES
from enrolment.storage.rate_limits import ALLOWANCES
from enrolment.storage.webhook_tables import WEBHOOK_DELIVERIES, WEBHOOK_ENDPOINTS

# Those that stand in a module of their own belong to the same metadata.
__all__ = [
    "ALLOWANCES",
    "BULK_JOBS",
    "BULK_LINES",
    "CONFIRMATIONS",
    "DRAFTS",
    "FETCH_HOSTS",
    "KIT",
    "METADATA",
    "NOMINATIONS",
    "PLACES",
    "POSTERS",
    "PREFERENCES",
    "PREFERENCE_CHANGES",
    "PROMISES",
    "WEBHOOK_DELIVERIES",
    "WEBHOOK_ENDPOINTS",
]

ORGANISATIONS = Table(
    "organisations",
    METADATA,
    Column("channel", Text, primary_key=True),
    Column("code", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("added_at", DateTime(timezone=True), nullable=False),
    Column("revoked_at", DateTime(timezone=True)),
)

# `id` is the part of a key that may be known; of the whole only the hash is here.
API_KEYS = Table(
    "api_keys",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("channel", Text, nullable=False),
    Column("organisation", Text, nullable=False),
    Column("key_hash", Text, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("expires_at", DateTime(timezone=True)),
    Column("revoked_at", DateTime(timezone=True)),
    ForeignKeyConstraint(
        ["channel", "organisation"], ["organisations.channel", "organisations.code"], name="api_keys_organisation"
    ),
    Index("api_keys_of_organisation", "channel", "organisation"),
)

# What people put between the digits of a number left out, as it is dialled at home: `domain.person.home_number` in SQL.
HOME_NUMBER = "regexp_replace(regexp_replace(phone, '[^0-9+]', '', 'g'), '^([+]44|0044)', '0')"

# match_*: the keys of `domain.matching.Identity`; people who are the same or near share at least one.
PARTICIPANTS = Table(
    "participants",
    METADATA,
    Column("id", Uuid, primary_key=True),
    Column("sequence", BigInteger, nullable=False),
    Column("given_name", Text, nullable=False),
    Column("family_name", Text, nullable=False),
    Column("birth_date", Date, nullable=False),
    Column("nhs_number", Text),
    Column("nhs_number_as_sent", Text),
    Column("postcode", Text),
    Column("phone", Text),
    Column("email", Text),
    Column("language", Text, nullable=False),
    Column("preferred_channel", Text),
    Column("emergency_contact_name", Text),
    Column("emergency_contact_phone", Text),
    Column("status", Text, nullable=False, server_default="active"),
    Column("merged_into", Uuid, ForeignKey("participants.id", name="participants_merged_into")),
    Column("status_changed_at", DateTime(timezone=True)),
    Column("kept_apart", JSONB, nullable=False, server_default="[]"),
    Column("match_family", Text, nullable=False),
    Column("match_given", Text),
    Column("match_number", Text),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False),
    CheckConstraint("nhs_number ~ '^[0-9]{10}$'", name="participants_nhs_number_is_ten_digits"),
    CheckConstraint("status IN ('active', 'deceased', 'merged', 'erased')", name="participants_status"),
    CheckConstraint("(status = 'merged') = (merged_into IS NOT NULL)", name="participants_merged_into_somebody"),
    Index("participants_merged", "merged_into", postgresql_where=text("merged_into IS NOT NULL")),
    Index("participants_match_family", "match_family"),
    Index("participants_match_given", "match_given"),
    Index("participants_match_number", "match_number"),
    Index("participants_by_email", text("lower(email)"), postgresql_where=text("status = 'active'")),
    Index("participants_by_phone", text(HOME_NUMBER), postgresql_where=text("status = 'active'")),
    Index("participants_by_name", "family_name", "given_name", "id"),
    # The rule "same NHS number and same birth date is one person", held even if two instances decide at once. Who was merged
    # keeps the details that were known, so that they are recognised by them.
    Index(
        "participants_one_per_number_and_birth_date",
        "nhs_number",
        "birth_date",
        unique=True,
        postgresql_where=text("status <> 'merged'"),
    ),
)

ENROLMENTS = Table(
    "enrolments",
    METADATA,
    Column("id", Uuid, primary_key=True),
    Column("sequence", BigInteger, nullable=False),
    Column("participant_id", Uuid, ForeignKey("participants.id", name="enrolments_participant"), nullable=False),
    Column("programme", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("enrolled_at", DateTime(timezone=True), nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False),
    Column("referral_channel", Text, nullable=False),
    Column("joints", JSONB, nullable=False),
    Column("close_attention", Boolean, nullable=False),
    Column("outward_code", Text),
    Column("preferred_site", Text),
    Column("referred_at", DateTime(timezone=True)),
    Column("language", Text, nullable=False, server_default="en"),
    Column("access_needs", JSONB, nullable=False, server_default="[]"),
    Column("available", JSONB, nullable=False, server_default="[]"),
    Column("employer", Text),
    # Brought by a merge beside another enrolment of the same person in the same programme.
    Column("doubled", Boolean, nullable=False, server_default="false"),
    CheckConstraint("status IN ('enrolled', 'withdrawn')", name="enrolments_status"),
    CheckConstraint("status = 'enrolled' OR NOT doubled", name="enrolments_doubled_while_enrolled"),
    Index(
        "enrolments_one_per_person_and_programme",
        "participant_id",
        "programme",
        unique=True,
        postgresql_where=text("status = 'enrolled' AND NOT doubled"),
    ),
    Index("enrolments_of_participant", "participant_id"),
)

REFERRALS = Table(
    "referrals",
    METADATA,
    Column("id", Uuid, primary_key=True),
    Column("sequence", BigInteger, nullable=False),
    Column("participant_id", Uuid, ForeignKey("participants.id", name="referrals_participant"), nullable=False),
    Column("channel", Text, nullable=False),
    Column("organisation", Text, nullable=False),
    Column("sender_referral_id", Text, nullable=False),
    Column("service_request", Text),
    Column("programme", Text, nullable=False),
    Column("referred_on", Date),
    Column("answers", JSONB, nullable=False),
    Column("preferred_site", Text),
    Column("status", Text, nullable=False),
    Column("reasons", JSONB, nullable=False),
    Column("event_id", Text, nullable=False),
    Column("enrolment_id", Uuid, ForeignKey("enrolments.id", name="referrals_enrolment")),
    Column("near_participant_ids", JSONB, nullable=False),
    Column("received_at", DateTime(timezone=True), nullable=False),
    Column("decided_at", DateTime(timezone=True), nullable=False),
    Column("decided_by", Text),
    Column("note", Text),
    Column("asked_at", DateTime(timezone=True)),
    Column("access_needs", JSONB, nullable=False, server_default="[]"),
    Column("available", JSONB, nullable=False, server_default="[]"),
    Column("employer", Text),
    CheckConstraint("status IN ('accepted', 'declined', 'duplicate', 'needs_review', 'cancelled')", name="referrals_status"),
    CheckConstraint("status <> 'accepted' OR enrolment_id IS NOT NULL", name="referrals_accepted_means_enrolled"),
    UniqueConstraint("channel", "organisation", "sender_referral_id", name="referrals_one_per_sender_and_name"),
    Index("referrals_of_participant", "participant_id"),
    Index("referrals_of_service_request", "channel", "organisation", "service_request"),
    Index("referrals_to_review", "received_at", postgresql_where=text("status = 'needs_review'")),
    Index("referrals_near", "near_participant_ids", postgresql_using="gin"),
)

RECEIPTS = Table(
    "receipts",
    METADATA,
    Column("channel", Text, primary_key=True),
    Column("organisation", Text, primary_key=True),
    Column("event_id", Text, primary_key=True),
    Column("sequence", BigInteger, nullable=False),
    Column("status", Text, nullable=False),
    Column("reasons", JSONB, nullable=False),
    Column("sender_referral_id", Text),
    Column("referral_id", Uuid, ForeignKey("referrals.id", name="receipts_referral")),
    Column("participant_id", Uuid),
    Column("enrolment_id", Uuid),
    Column("linked_referral_ids", JSONB, nullable=False),
    Column("first_status", Text),
    Column("body_digest", Text),
    Column("settles_body", Boolean, nullable=False),
    Column("is_cancellation", Boolean, nullable=False),
    Column("decided_at", DateTime(timezone=True), nullable=False),
    Index("receipts_by_body", "body_digest"),
    Index("receipts_of_referral", "referral_id"),
)

# Links by which a person opens something without a sign-in. `participant_id` may be a stand-in for an address that is still to be
# confirmed, so it is no foreign key.
LINKS = Table(
    "links",
    METADATA,
    Column("id", Uuid, primary_key=True),
    Column("participant_id", Uuid, nullable=False),
    Column("sequence", BigInteger, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("token_hash", Text, nullable=False, unique=True),
    Column("code_hash", Text),
    Column("channel", Text),
    Column("about_id", Uuid),
    Column("status", Text, nullable=False),
    Column("issued_at", DateTime(timezone=True), nullable=False),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False),
    CheckConstraint("status IN ('issued', 'used', 'revoked', 'expired')", name="links_status"),
    Index("links_of_participant", "participant_id"),
    Index("links_about", "about_id"),
    Index("links_to_expire", "expires_at", postgresql_where=text("status = 'issued'")),
)

# Who did what to whom and when. A trigger refuses to change or take away a row, whoever asks. No row holds a name, a number or an
# address of a participant: ids, codes and the names of fields, so that nothing has to be erased here.
AUDIT = Table(
    "audit",
    METADATA,
    Column("id", Uuid, primary_key=True),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("actor_kind", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("role", Text),
    Column("deed", Text, nullable=False),
    Column("participant_id", Uuid),
    Column("about", Text),
    Column("details", JSONB, nullable=False, server_default="{}"),
    CheckConstraint("actor_kind IN ('staff', 'organisation', 'person', 'system')", name="audit_actor_kind"),
    Index("audit_of_participant", "participant_id", "id"),
)

NEAR_MATCHES = Table(
    "near_matches",
    METADATA,
    Column("id", Uuid, primary_key=True),
    Column("one_id", Uuid, ForeignKey("participants.id", name="near_matches_one"), nullable=False),
    Column("other_id", Uuid, ForeignKey("participants.id", name="near_matches_other"), nullable=False),
    Column("status", Text, nullable=False),
    Column("found_at", DateTime(timezone=True), nullable=False),
    Column("referral_id", Uuid),
    Column("decided_at", DateTime(timezone=True)),
    Column("decided_by", Text),
    CheckConstraint("status IN ('open', 'merged', 'kept_apart')", name="near_matches_status"),
    CheckConstraint("one_id < other_id", name="near_matches_smaller_first"),
    UniqueConstraint("one_id", "other_id", name="near_matches_one_per_pair"),
    Index("near_matches_other", "other_id"),
    Index("near_matches_open", "found_at", postgresql_where=text("status = 'open'")),
)

# What each merge moved. `survivor_before` is a description of the person: an erasure empties it.
MERGES = Table(
    "merges",
    METADATA,
    Column("id", Uuid, primary_key=True),
    Column("survivor_id", Uuid, ForeignKey("participants.id", name="merges_survivor"), nullable=False),
    Column("merged_id", Uuid, ForeignKey("participants.id", name="merges_merged"), nullable=False),
    Column("merged_at", DateTime(timezone=True), nullable=False),
    Column("merged_by", Text, nullable=False),
    Column("referral_ids", JSONB, nullable=False),
    Column("enrolment_ids", JSONB, nullable=False),
    Column("survivor_before", JSONB, nullable=False),
    Column("undone_at", DateTime(timezone=True)),
    Column("undone_by", Text),
    Index("merges_standing", "merged_id", unique=True, postgresql_where=text("undone_at IS NULL")),
    Index("merges_of_survivor", "survivor_id"),
)

# How a person was described before each correction: only the fields that changed. An erasure takes them away.
HISTORY = Table(
    "participant_history",
    METADATA,
    Column("participant_id", Uuid, ForeignKey("participants.id", name="participant_history_participant"), primary_key=True),
    Column("sequence", BigInteger, primary_key=True),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("actor_kind", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("role", Text),
    Column("before", JSONB, nullable=False),
)

# All that an erasure leaves of a name and a number, until `keep_until`. Nothing but the retention and a court reads it.
RESTRICTED = Table(
    "restricted_identities",
    METADATA,
    Column("participant_id", Uuid, ForeignKey("participants.id", name="restricted_identities_participant"), primary_key=True),
    Column("given_name", Text, nullable=False),
    Column("family_name", Text, nullable=False),
    Column("nhs_number", Text),
    Column("erased_at", DateTime(timezone=True), nullable=False),
    Column("keep_until", Date, nullable=False),
    Index("restricted_identities_by_end", "keep_until"),
)
