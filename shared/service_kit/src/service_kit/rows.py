"""Set-wise writes: one statement for any number of rows, the columns passed as arrays.

A row is a mapping from column name to value. All rows of a call have the same columns; each table's statement is compiled once.
Columns of an array type can't be written this way (unnest would flatten them): use JSONB.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import ARRAY, Table, bindparam, text
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.elements import TextClause

Row = Mapping[str, Any]


async def insert(conn: AsyncConnection, table: Table, rows: Sequence[Row]) -> None:
    """Insert all rows; a conflict fails the transaction."""
    if rows:
        columns = tuple(rows[0])
        await conn.execute(_insert_statement(table, columns, "", ""), _arrays(columns, rows))


async def insert_new(conn: AsyncConnection, table: Table, rows: Sequence[Row], *, returning: str) -> list[Any]:
    """Insert the rows that conflict with none, and return their values of the column `returning`."""
    if not rows:
        return []
    columns = tuple(rows[0])
    statement = _insert_statement(table, columns, " ON CONFLICT DO NOTHING", f" RETURNING {_name(returning)}")
    return list((await conn.execute(statement, _arrays(columns, rows))).scalars())


async def upsert(conn: AsyncConnection, table: Table, rows: Sequence[Row], *, newer: str | None = None) -> None:
    """Insert or replace by primary key; with `newer`, only where the new value of that column is greater than the stored one.

    Of several rows with one key the last counts, or with `newer` the one that has the greatest.
    """
    if not rows:
        return
    key = tuple(column.name for column in table.primary_key)
    one_per_key: dict[tuple[Any, ...], Row] = {}
    for row in rows:
        identity = tuple(row[name] for name in key)
        before = one_per_key.get(identity)
        if before is None or newer is None or row[newer] > before[newer]:
            one_per_key[identity] = row
    # In key order, so that two transactions lock the same rows in the same order.
    ordered = [one_per_key[identity] for identity in sorted(one_per_key)]
    columns = tuple(rows[0])
    changes = ", ".join(f"{_name(name)} = excluded.{_name(name)}" for name in columns if name not in key)
    condition = f" WHERE excluded.{_name(newer)} > {_name(table.name)}.{_name(newer)}" if newer else ""
    conflict = f" ON CONFLICT ({', '.join(map(_name, key))}) DO " + (f"UPDATE SET {changes}{condition}" if changes else "NOTHING")
    await conn.execute(_insert_statement(table, columns, conflict, ""), _arrays(columns, ordered))


async def update(conn: AsyncConnection, table: Table, rows: Sequence[Row]) -> None:
    """Set the given columns of the rows found by primary key; all key columns must be given."""
    if rows:
        columns = tuple(rows[0])
        await conn.execute(_update_statement(table, columns), _arrays(columns, rows))


def _arrays(columns: Sequence[str], rows: Sequence[Row]) -> dict[str, list[Any]]:
    return {name: [row[name] for row in rows] for name in columns}


def _name(name: str) -> str:
    return f'"{name}"'


@cache
def _insert_statement(table: Table, columns: tuple[str, ...], conflict: str, returning: str) -> TextClause:
    names = ", ".join(map(_name, columns))
    arrays = ", ".join(f":{name}" for name in columns)
    # The names are those of a SQLAlchemy table, never input.
    statement = f"INSERT INTO {_name(table.name)} ({names}) SELECT * FROM unnest({arrays}){conflict}{returning}"  # noqa: S608
    return _typed(statement, table, columns)


@cache
def _update_statement(table: Table, columns: tuple[str, ...]) -> TextClause:
    key = [column.name for column in table.primary_key]
    changes = ", ".join(f"{_name(name)} = new.{_name(name)}" for name in columns if name not in key)
    arrays = ", ".join(f":{name}" for name in columns)
    match = " AND ".join(f"{_name(table.name)}.{_name(name)} = new.{_name(name)}" for name in key)
    names = ", ".join(map(_name, columns))
    # The names are those of a SQLAlchemy table, never input.
    statement = f"UPDATE {_name(table.name)} SET {changes} FROM unnest({arrays}) AS new ({names}) WHERE {match}"  # noqa: S608
    return _typed(statement, table, columns)


def _typed(statement: str, table: Table, columns: Sequence[str]) -> TextClause:
    # One dimension, said aloud: otherwise a JSON value that is a list is taken for one more dimension of the array.
    return text(statement).bindparams(*(bindparam(name, type_=ARRAY(table.c[name].type, dimensions=1)) for name in columns))
