"""Alembic's entry: the kit runs it."""

from outcomes.storage.tables import METADATA
from service_kit.migrations import run_environment

run_environment(METADATA)
