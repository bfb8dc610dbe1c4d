"""The service's tables. Arrays are JSONB, so that rows can be written set-wise."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    func,
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

# Where people stand of whom enrolment told something. Who was erased stays here, so that nothing late brings them back.
STANDINGS = Table(
    "standings",
    METADATA,
    Column("participant_id", Uuid, primary_key=True),
    Column("sequence", BigInteger, nullable=False),
    Column("status", Text, nullable=False),
    Column("merged_into", Uuid),
    CheckConstraint("status IN ('active', 'deceased', 'merged', 'erased')", name="standing_status"),
)

OWN_LINKS = Table(
    "own_links",
    METADATA,
    Column("link_id", Uuid, primary_key=True),
    Column("sequence", BigInteger, nullable=False),
    Column("participant_id", Uuid, nullable=False),
    Column("token_hash", Text, unique=True),
    Column("status", Text, nullable=False),
    Column("expires_at", DateTime(timezone=True), nullable=False),
)

SITES = Table(
    "sites",
    METADATA,
    Column("site_id", Text, primary_key=True),
    Column("sequence", Integer, nullable=False),
    Column("name", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("status", Text, nullable=False),
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
    Column("language", Text, nullable=False),
    Column("access_needs", JSONB, nullable=False),
    Column("referred_at", DateTime(timezone=True)),
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
    Column("site_id", Text),
    Index("places_by_enrolment", "enrolment_id"),
    Index("places_by_cohort", "cohort_id"),
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

# What a person has answered so far and not sent yet, by "instrument.item"; null is a question that was left out on purpose.
DRAFTS = Table(
    "drafts",
    METADATA,
    Column("questionnaire_id", Uuid, ForeignKey("questionnaires.questionnaire_id"), primary_key=True),
    Column("answers", JSONB, nullable=False),
    Column("comment", Text),
    Column("interests", JSONB(none_as_null=True)),
    Column("saved_at", DateTime(timezone=True), nullable=False),
)

# The first of two entries of a paper form, until the second says the same.
FIRST_ENTRIES = Table(
    "first_entries",
    METADATA,
    Column("questionnaire_id", Uuid, ForeignKey("questionnaires.questionnaire_id"), primary_key=True),
    Column("answers", JSONB, nullable=False),
    Column("entered_by", Text, nullable=False),
    Column("entered_at", DateTime(timezone=True), nullable=False),
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
    Column("comment", Text),
    Column("reason", Text),
    UniqueConstraint("questionnaire_id", "sequence", name="one_assessment_per_questionnaire_and_version"),
    Index("assessments_by_enrolment", "enrolment_id"),
    Index("assessments_by_participant", "participant_id"),
)

CONCERNS = Table(
    "concerns",
    METADATA,
    Column("concern_id", Uuid, primary_key=True),
    Column("participant_id", Uuid, nullable=False),
    Column("enrolment_id", Uuid, nullable=False),
    Column("questionnaire_id", Uuid, ForeignKey("questionnaires.questionnaire_id"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("about", Text, nullable=False),
    Column("value", Float),
    Column("status", Text, nullable=False),
    Column("raised_at", DateTime(timezone=True), nullable=False),
    Column("acknowledged_at", DateTime(timezone=True)),
    Column("acknowledged_by", Text),
    Column("note", Text),
    CheckConstraint("status IN ('open', 'acknowledged')", name="concern_status"),
    CheckConstraint("(status = 'acknowledged') = (acknowledged_by IS NOT NULL)", name="concern_acknowledged_by_somebody"),
    UniqueConstraint("questionnaire_id", "kind", "about", name="one_concern_per_finding"),
    Index("concerns_open", "raised_at", postgresql_where=text("status = 'open'")),
    Index("concerns_by_participant", "participant_id"),
)

# The trail of each concern: only ever added to.
CONCERN_TRAIL = Table(
    "concern_trail",
    METADATA,
    Column("concern_id", Uuid, ForeignKey("concerns.concern_id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("happened_at", DateTime(timezone=True), nullable=False),
    Column("what", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("note", Text),
)

# Which signposts people took up, as they told staff.
TAKEN_UP = Table(
    "taken_up",
    METADATA,
    Column("signposting_id", Uuid, ForeignKey("signposting.signposting_id"), primary_key=True),
    Column("code", Text, primary_key=True),
    Column("taken_up_at", DateTime(timezone=True), nullable=False),
    Column("recorded_by", Text, nullable=False),
)

# The directory's entries beside those of the file: uploaded ones (`source` is "upload") and those of a feed (its code).
DIRECTORY = Table(
    "directory",
    METADATA,
    Column("source", Text, primary_key=True),
    Column("item", Text, primary_key=True),
    Column("code", Text, nullable=False, unique=True),
    Column("title", Text, nullable=False),
    Column("url", Text),
    Column("outward_codes", JSONB, nullable=False),
    Column("joints", JSONB, nullable=False),
    Column("access", JSONB, nullable=False),
    Column("interests", JSONB, nullable=False),
    Column("expires_on", Date, nullable=False),
    Column("is_price_offer", Boolean, nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False),
    Column("changed_by", Text, nullable=False),
    Index("directory_by_place", "outward_codes", postgresql_using="gin"),
)

# Feeds that are harvested. `next_at` is by the real clock, `heard_at` in domain time.
FEEDS = Table(
    "feeds",
    METADATA,
    Column("code", Text, primary_key=True),
    Column("url", Text, nullable=False),
    Column("next_url", Text, nullable=False),
    Column("next_at", DateTime(timezone=True), nullable=False),
    Column("heard_at", DateTime(timezone=True)),
    Column("pages", Integer, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("problem", Text),
)

# What people said that they are interested in when the programme is over.
INTERESTS = Table(
    "interests",
    METADATA,
    Column("enrolment_id", Uuid, ForeignKey("enrolments.enrolment_id"), primary_key=True),
    Column("interests", JSONB, nullable=False),
    Column("told_at", DateTime(timezone=True), nullable=False),
    Column("told_by", Text, nullable=False),
)

# When a message first went to a person.
FIRST_CONTACTS = Table(
    "first_contacts",
    METADATA,
    Column("participant_id", Uuid, primary_key=True),
    Column("first_at", DateTime(timezone=True), nullable=False),
)

# Enrolments whose facts changed since reports counted them.
REPORT_CHANGES = Table(
    "report_changes",
    METADATA,
    Column("enrolment_id", Uuid, primary_key=True),
    Column("marked_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Index("report_changes_in_order", "marked_at"),
)

# What each enrolment adds to the sums, so that it can be taken away again.
REPORT_COUNTED = Table(
    "report_counted",
    METADATA,
    Column("enrolment_id", Uuid, primary_key=True),
    Column("cell", JSONB, nullable=False),
    Column("values", JSONB, nullable=False),
)


def _cells(name: str) -> Table:
    keys = ("programme", "site", "cohort", "channel", "joint", "month", "measure")
    return Table(
        name,
        METADATA,
        *(Column(key, Text, primary_key=True) for key in keys),
        Column("n", Integer, nullable=False),
        *(Column(value, Float, nullable=False) for value in ("first", "later", "first_squared", "later_squared", "product")),
        Column("better", Integer, nullable=False),
        Column("worse", Integer, nullable=False),
    )


# The sums that reports are worked out from: of all cohorts together (`cohort` is empty), which keeps few rows however many
# people there are, and of each cohort.
REPORT_CELLS = _cells("report_cells")
REPORT_COHORT_CELLS = _cells("report_cohort_cells")
Index("report_cells_of_cohort", REPORT_COHORT_CELLS.c.cohort)

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
