"""Alembic's environment: enrolment's tables, the kit's way of running."""

from enrolment.storage.tables import METADATA
from service_kit.migrations import run_environment

run_environment(METADATA)
