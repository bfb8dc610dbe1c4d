"""The names and emergency contacts on the registers."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from scheduling.domain.people import Person
from scheduling.storage import tables
from service_kit import rows


class PersonRows:
    def __init__(self, conn: AsyncConnection) -> None:
        self._conn = conn

    async def keep_newer(self, people: Sequence[Person]) -> None:
        """Store those that are newer than what is stored."""
        await rows.upsert(self._conn, tables.people, [_columns(person) for person in people], newer="sequence")


def _columns(record: Person) -> dict[str, Any]:
    return {name: getattr(record, name) for name in record.__slots__}
