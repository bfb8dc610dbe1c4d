"""All rows of a service's database that are about one thing, table by table."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, MetaData, Table, Uuid, bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncConnection


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """How rows belong to a thing: by the column `key`, then by each column of `through`, whose values the rows so far have.

    `key_of` names the column of tables that call it otherwise. `leaving_out` are columns that nobody is shown, such as secrets.
    """

    metadata: MetaData
    key: str
    through: tuple[str, ...] = ()
    key_of: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    leaving_out: Collection[str] = ()


async def rows_about(conn: AsyncConnection, about: About, ids: Sequence[UUID]) -> dict[str, list[dict[str, Any]]]:
    """Return the rows by table, as JSON has them; a table without any is left out."""
    found: dict[str, list[dict[str, Any]]] = {}
    for column in (about.key, *about.through):
        values = list(ids) if column == about.key else _values(found, column)
        for table in about.metadata.sorted_tables:
            name = about.key_of.get(table.name, column) if column == about.key else column
            if values and table.name not in found and name in table.c and isinstance(table.c[name].type, Uuid):
                rows = await _rows(conn, table, name, values, about.leaving_out)
                if rows:
                    found[table.name] = rows
    return found


def _values(found: Mapping[str, Sequence[Mapping[str, Any]]], column: str) -> list[UUID]:
    values = {row[column] for rows in found.values() for row in rows if row.get(column)}
    return [UUID(value) for value in sorted(values)]


async def _rows(
    conn: AsyncConnection, table: Table, column: str, values: Sequence[UUID], leaving_out: Collection[str]
) -> list[dict[str, Any]]:
    ids = bindparam("ids", type_=ARRAY(Uuid))
    wanted = select(func.to_jsonb(table.table_valued())).where(table.c[column] == func.any(ids)).order_by(*table.primary_key)
    rows = (await conn.execute(wanted, {"ids": list(values)})).scalars()
    return [{name: value for name, value in row.items() if name not in leaving_out} for row in rows]
