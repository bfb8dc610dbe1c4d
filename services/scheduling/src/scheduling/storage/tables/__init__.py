"""The tables of scheduling's database, one module for each matter."""

from scheduling.storage.tables.bookings import bookings
from scheduling.storage.tables.calendars import calendar_feeds
from scheduling.storage.tables.cohorts import cohorts, sessions
from scheduling.storage.tables.facilitators import (
    facilitator_credentials,
    facilitators,
    resource_views,
    resources,
    trainees,
    training_days,
)
from scheduling.storage.tables.make_ups import make_ups
from scheduling.storage.tables.metadata import kit, metadata
from scheduling.storage.tables.offers import offers, outward_codes
from scheduling.storage.tables.own_links import own_links
from scheduling.storage.tables.people import people, standings
from scheduling.storage.tables.places import enrolments, places
from scheduling.storage.tables.registers import attendance, register_entries
from scheduling.storage.tables.sites import rooms, sites
from scheduling.storage.tables.tasks import tasks

__all__ = [
    "attendance",
    "bookings",
    "calendar_feeds",
    "cohorts",
    "enrolments",
    "facilitator_credentials",
    "facilitators",
    "kit",
    "make_ups",
    "metadata",
    "offers",
    "outward_codes",
    "own_links",
    "people",
    "places",
    "register_entries",
    "resource_views",
    "resources",
    "rooms",
    "sessions",
    "sites",
    "standings",
    "tasks",
    "trainees",
    "training_days",
]
