"""Facilitators, their credentials, training days, and the resource pack that attending one opens."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
)
from sqlalchemy.dialects.postgresql import JSONB

from scheduling.storage.tables.metadata import NEXT_BOOKING_KEY, metadata

facilitators = Table(
    "facilitators",
    metadata,
    Column("facilitator_id", Uuid, primary_key=True),
    Column("name", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("sites", JSONB, nullable=False),
    Column("availability", JSONB, nullable=False),
    # Who signs in: the id of a member of staff. Not a foreign key, because staff are the kit's.
    Column("member_id", Uuid, unique=True),
    Column("booking_key", BigInteger, nullable=False, unique=True, server_default=NEXT_BOOKING_KEY),
    UniqueConstraint("facilitator_id", "booking_key", name="facilitators_booking_key"),
)

training_days = Table(
    "training_days",
    metadata,
    Column("training_day_id", Uuid, primary_key=True),
    Column("programme", Text, nullable=False),
    Column("held_on", Date, nullable=False),
    Column("venue", Text, nullable=False),
    Column("trainer", Text, nullable=False),
    Column("places", Integer, nullable=False),
    Column("expires_after_months", Integer),
    Column("cancelled_at", DateTime(timezone=True)),
    UniqueConstraint("training_day_id", "places", name="training_days_places"),
    CheckConstraint("places >= 1", name="training_days_places_positive"),
)

trainees = Table(
    "trainees",
    metadata,
    Column("training_day_id", Uuid, primary_key=True),
    Column("facilitator_id", ForeignKey("facilitators.facilitator_id"), primary_key=True, index=True),
    # The day's places, kept the same by the foreign key, so that the check can compare the place with it.
    Column("day_places", Integer, nullable=False),
    Column("place", Integer, nullable=False),
    Column("prerequisites", JSONB, nullable=False),
    Column("attendance", Text, nullable=False),
    ForeignKeyConstraint(
        ["training_day_id", "day_places"], ["training_days.training_day_id", "training_days.places"], name="trainees_day"
    ),
    UniqueConstraint("training_day_id", "place", name="trainees_place"),
    CheckConstraint("place BETWEEN 1 AND day_places", name="trainees_within_places"),
    CheckConstraint("attendance IN ('booked', 'attended', 'absent')", name="trainees_attendance"),
)

facilitator_credentials = Table(
    "facilitator_credentials",
    metadata,
    Column("credential_id", Uuid, primary_key=True),
    Column("facilitator_id", ForeignKey("facilitators.facilitator_id"), nullable=False, index=True),
    Column("kind", Text, nullable=False),
    Column("programmes", JSONB, nullable=False),
    Column("route", Text, nullable=False),
    Column("prerequisites", JSONB, nullable=False),
    Column("issued_on", Date, nullable=False),
    Column("expires_on", Date),
    Column("revoked_on", Date),
    Column("training_day_id", ForeignKey("training_days.training_day_id")),
    CheckConstraint("expires_on >= issued_on", name="facilitator_credentials_expire_after_issue"),
)

resources = Table(
    "resources",
    metadata,
    Column("resource_id", Uuid, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("programme", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("url", Text),
    Column("file_name", Text),
    Column("content_type", Text),
    Column("content", LargeBinary),
    Column("added_at", DateTime(timezone=True), nullable=False),
    CheckConstraint("(url IS NULL) <> (content IS NULL)", name="resources_link_or_file"),
    CheckConstraint("(content IS NULL) = (file_name IS NULL)", name="resources_file_has_a_name"),
)

resource_views = Table(
    "resource_views",
    metadata,
    Column("resource_id", Uuid, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("facilitator_id", ForeignKey("facilitators.facilitator_id"), primary_key=True),
    Column("viewed_at", DateTime(timezone=True), primary_key=True),
    ForeignKeyConstraint(["resource_id", "version"], ["resources.resource_id", "resources.version"], name="resource_views_of"),
)
