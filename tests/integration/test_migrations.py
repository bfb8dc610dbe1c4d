"""Each service's migrations make exactly the tables that its code works with."""

from collections.abc import Awaitable, Callable

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import CheckConstraint, Column, Connection, MetaData, Text, text

import enrolment.storage.tables
import notifications.storage.tables
import outcomes.storage.tables
import scheduling.storage.tables
from service_kit.database import create_engine
from support.servers import Database

Give = Callable[[str], Awaitable[Database]]
# Each service's own tables and the kit's, as its code has them.
TABLES = {
    "enrolment": enrolment.storage.tables.METADATA,
    "scheduling": scheduling.storage.tables.metadata,
    "outcomes": outcomes.storage.tables.METADATA,
    "notifications": notifications.storage.tables.METADATA,
}


async def differences(database: Database, metadata: MetaData) -> list[object]:
    """What Alembic would change, and the CHECK constraints that it doesn't look at."""

    def compare(connection: Connection) -> list[object]:
        found: list[object] = list(compare_metadata(MigrationContext.configure(connection), metadata))
        query = text("SELECT conname FROM pg_constraint WHERE contype = 'c' AND connamespace = 'public'::regnamespace")
        made = set(connection.execute(query).scalars())
        declared = {
            str(one.name) for table in metadata.tables.values() for one in table.constraints if isinstance(one, CheckConstraint)
        }
        return found + [("constraint", name) for name in sorted(made ^ declared)]

    engine = create_engine(database.url)
    try:
        async with engine.connect() as conn:
            return await conn.run_sync(compare)
    finally:
        await engine.dispose()


@pytest.mark.parametrize("service", TABLES)
async def test_the_migrated_database_is_what_the_tables_say(database: Give, service: str) -> None:
    assert await differences(await database(service), TABLES[service]) == []


async def test_a_difference_is_found(database: Give) -> None:
    grown = MetaData()
    for table in TABLES["scheduling"].tables.values():
        table.to_metadata(grown)
    grown.tables["inbox"].append_column(Column("colour", Text))
    grown.tables["held"].append_constraint(CheckConstraint("attempts >= 0", name="held_attempts"))
    found = await differences(await database("scheduling"), grown)
    assert len(found) == 2
