"""The tables of scheduling's database, one module for each matter."""

from scheduling.storage.tables.cohorts import cohorts, sessions
from scheduling.storage.tables.metadata import kit, metadata
from scheduling.storage.tables.offers import offers, outward_codes
from scheduling.storage.tables.people import people
from scheduling.storage.tables.places import enrolments, places
from scheduling.storage.tables.registers import attendance, register_entries
from scheduling.storage.tables.sites import sites
from scheduling.storage.tables.tasks import tasks

__all__ = [
    "attendance",
    "cohorts",
    "enrolments",
    "kit",
    "metadata",
    "offers",
    "outward_codes",
    "people",
    "places",
    "register_entries",
    "sessions",
    "sites",
    "tasks",
]
