"""Scheduling's migrations and its tables are the same, and so the database keeps the limits."""

from collections.abc import Awaitable, Callable

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import CheckConstraint, Connection, text
from sqlalchemy.exc import IntegrityError

from scheduling.storage.tables import metadata
from service_kit.database import create_engine
from support.scheduling_desk import an_enrolment, scheduling_desk
from support.servers import Database


async def test_the_migrated_database_is_what_the_tables_say(database: Callable[[str], Awaitable[Database]]) -> None:
    engine = create_engine((await database("scheduling")).url)

    def differences(connection: Connection) -> list[object]:
        return list(compare_metadata(MigrationContext.configure(connection), metadata))

    def constraints(connection: Connection) -> set[str]:
        found = connection.execute(
            text("SELECT conname FROM pg_constraint WHERE contype = 'c' AND connamespace = 'public'::regnamespace")
        )
        return set(found.scalars())

    async with engine.connect() as conn:
        assert await conn.run_sync(differences) == []
        made = await conn.run_sync(constraints)
    await engine.dispose()
    constraints_of_tables = [one for table in metadata.tables.values() for one in table.constraints]
    declared = {str(one.name) for one in constraints_of_tables if isinstance(one, CheckConstraint)}
    assert declared
    assert declared <= made


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ("seat = 11", "places_within_capacity"),
        ("seat = 1", "places_seat"),
        ("cohort_capacity = 99, seat = 11", "places_cohort"),
        ("close_attention = true, close_attention_seat = 1", "places_close_attention_seat"),
        ("close_attention = true, close_attention_seat = 3", "places_within_close_attention"),
        ("close_attention_seat = 2", "places_flag_for_close_attention"),
        ("seat = NULL", "places_in_cohort_has_seat"),
        ("status = 'waiting'", "places_waiting_has_reason"),
        ("status = 'asleep'", "places_status"),
    ],
)
async def test_the_database_itself_refuses_what_must_never_be(
    database: Callable[[str], Awaitable[Database]], change: str, constraint: str
) -> None:
    async with scheduling_desk((await database("scheduling")).url) as desk:
        await desk.site()
        await desk.cohort()
        await desk.enrol(an_enrolment(close_attention=True), an_enrolment())

        with pytest.raises(IntegrityError, match=constraint):
            async with desk.engine.begin() as conn:
                await conn.execute(text(f"UPDATE places SET {change} WHERE NOT close_attention"))  # noqa: S608 - from the table above


async def test_an_enrolment_cannot_have_two_live_places(database: Callable[[str], Awaitable[Database]]) -> None:
    async with scheduling_desk((await database("scheduling")).url) as desk:
        await desk.enrol(an_enrolment())

        with pytest.raises(IntegrityError, match="places_one_live"):
            async with desk.engine.begin() as conn:
                await conn.execute(
                    text("""
                        INSERT INTO places SELECT gen_random_uuid(), sequence, enrolment_id, participant_id, programme, status,
                            waiting_reason, cohort_id, cohort_capacity, seat, close_attention, close_attention_seat,
                            sessions_attended, sessions_run, changed_at FROM places
                    """)
                )
