"""Alembic's environment: scheduling's tables, the kit's way of running."""

from scheduling.storage.tables import metadata
from service_kit.migrations import run_environment

run_environment(metadata)
