"""The service's tables. Arrays are JSONB, so that rows can be written set-wise."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from service_kit.tables import kit_tables

METADATA = MetaData()
KIT = kit_tables(METADATA)

PEOPLE = Table(
    "people",
    METADATA,
    Column("participant_id", Uuid, primary_key=True),
    Column("sequence", Integer, nullable=False),
    Column("display_name", Text, nullable=False),
)

ENROLMENTS = Table(
    "enrolments",
    METADATA,
    Column("enrolment_id", Uuid, primary_key=True),
    Column("sequence", Integer, nullable=False),
    Column("participant_id", Uuid, nullable=False),
    Column("programme", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("enrolled_at", DateTime(timezone=True), nullable=False),
    Column("referral_channel", Text, nullable=False),
    Column("joints", JSONB, nullable=False),
    Column("outward_code", Text),
    Index("enrolments_by_participant", "participant_id"),
)

PLACES = Table(
    "places",
    METADATA,
    Column("place_id", Uuid, primary_key=True),
    Column("sequence", Integer, nullable=False),
    Column("participant_id", Uuid, nullable=False),
    Column("enrolment_id", Uuid, nullable=False),
    Column("programme", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("cohort_id", Uuid),
    Column("first_session_at", DateTime(timezone=True)),
    Column("last_session_at", DateTime(timezone=True)),
    Column("sessions_attended", Integer, nullable=False),
    Column("sessions_run", Integer, nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False),
    Index("places_by_enrolment", "enrolment_id"),
)

QUESTIONNAIRES = Table(
    "questionnaires",
    METADATA,
    Column("questionnaire_id", Uuid, primary_key=True),
    Column("sequence", Integer, nullable=False),
    Column("participant_id", Uuid, nullable=False),
    Column("enrolment_id", Uuid, ForeignKey("enrolments.enrolment_id"), nullable=False),
    Column("programme", Text, nullable=False),
    Column("time_point", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("due_at", DateTime(timezone=True), nullable=False),
    Column("closes_at", DateTime(timezone=True), nullable=False),
    Column("token", Text, nullable=False, unique=True),
    Column("instruments", JSONB, nullable=False),
    Column("late_until", DateTime(timezone=True), nullable=False),
    Column("remind_at", JSONB, nullable=False),
    Column("reminded", Integer, nullable=False),
    Column("next_reminder_at", DateTime(timezone=True)),
    Column("answered_at", DateTime(timezone=True)),
    Column("link_revoked_at", DateTime(timezone=True)),
    CheckConstraint("status IN ('planned', 'due', 'completed', 'missed', 'late', 'cancelled')", name="questionnaire_status"),
    CheckConstraint("reminded <= 2", name="questionnaire_reminded_twice_at_most"),
    CheckConstraint("length(token) >= 43", name="questionnaire_token_is_long"),
    UniqueConstraint("enrolment_id", "time_point", name="one_questionnaire_per_time_point"),
    Index("questionnaires_by_participant", "participant_id"),
    Index("questionnaires_planned", "due_at", postgresql_where=text("status = 'planned'")),
    Index("questionnaires_to_remind", "next_reminder_at", postgresql_where=text("next_reminder_at IS NOT NULL")),
    Index("questionnaires_open", "closes_at", postgresql_where=text("status IN ('planned', 'due')")),
)

ASSESSMENTS = Table(
    "assessments",
    METADATA,
    Column("assessment_id", Uuid, primary_key=True),
    Column("sequence", Integer, primary_key=True),
    Column("questionnaire_id", Uuid, ForeignKey("questionnaires.questionnaire_id"), nullable=False),
    Column("participant_id", Uuid, nullable=False),
    Column("enrolment_id", Uuid, nullable=False),
    Column("time_point", Text, nullable=False),
    Column("completed_at", DateTime(timezone=True), nullable=False),
    Column("entered_at", DateTime(timezone=True), nullable=False),
    Column("entered_by", Text, nullable=False),
    Column("answers", JSONB, nullable=False),
    Column("scores", JSONB, nullable=False),
    Column("changes", JSONB, nullable=False),
    Column("is_late", Boolean, nullable=False),
    UniqueConstraint("questionnaire_id", "sequence", name="one_assessment_per_questionnaire_and_version"),
    Index("assessments_by_enrolment", "enrolment_id"),
    Index("assessments_by_participant", "participant_id"),
)

SIGNPOSTING = Table(
    "signposting",
    METADATA,
    Column("signposting_id", Uuid, primary_key=True),
    Column("sequence", Integer, nullable=False),
    Column("participant_id", Uuid, nullable=False),
    Column("enrolment_id", Uuid, nullable=False, unique=True),
    Column("signposts", JSONB, nullable=False),
    Column("issued_at", DateTime(timezone=True), nullable=False),
    Index("signposting_by_participant", "participant_id"),
)
