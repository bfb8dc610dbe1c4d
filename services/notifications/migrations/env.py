"""Run by Alembic: the service's tables in the service's database."""

from notifications.storage.tables import METADATA
from service_kit.migrations import run_environment

run_environment(METADATA)
