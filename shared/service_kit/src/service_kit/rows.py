"""Set-wise writes: one statement for any number of rows, the columns passed as arrays.

A row is a mapping from column name to value. All rows of a write have the same columns; each shape of statement is compiled once.
Columns of an array type can't be written this way (unnest would flatten them): use JSONB.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import ARRAY, Table, bindparam, text
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.elements import TextClause

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Shape:
    """What a statement looks like, whatever the rows."""

    kind: str
    table: Table
    columns: tuple[str, ...]
    newer: str | None = None


@dataclass(frozen=True, slots=True)
class Write:
    """Rows on their way into one table; made by `inserting`, `updating` and `upserting`."""

    shape: _Shape
    rows: Sequence[Row]


def inserting(table: Table, rows: Sequence[Row]) -> Write:
    """Insert all rows; a conflict fails the transaction."""
    return Write(_Shape("insert", table, _columns(rows)), rows)


def inserting_new(table: Table, rows: Sequence[Row]) -> Write:
    """Insert the rows that conflict with none; the others are left out."""
    return Write(_Shape("insert new", table, _columns(rows)), rows)


def updating(table: Table, rows: Sequence[Row]) -> Write:
    """Set the given columns of the rows found by primary key; all key columns must be given."""
    return Write(_Shape("update", table, _columns(rows)), rows)


def upserting(table: Table, rows: Sequence[Row], *, newer: str | None = None) -> Write:
    """Insert or replace by primary key; with `newer`, only where the new value of that column is greater than the stored one.

    Of several rows with one key the last counts, or with `newer` the one that has the greatest.
    """
    key = tuple(column.name for column in table.primary_key)
    one_per_key: dict[tuple[Any, ...], Row] = {}
    for row in rows:
        identity = tuple(row[name] for name in key)
        before = one_per_key.get(identity)
        if before is None or newer is None or row[newer] > before[newer]:
            one_per_key[identity] = row
    # In key order, so that two transactions lock the same rows in the same order.
    ordered = [one_per_key[identity] for identity in sorted(one_per_key)]
    return Write(_Shape("upsert", table, _columns(rows), newer), ordered)


async def write(conn: AsyncConnection, *writes: Write) -> None:
    """Do all the writes in one statement, which saves a round trip for each; no two of them may touch the same row."""
    wanted = [one for one in writes if one.rows]
    if not wanted:
        return
    parameters = {
        f"w{number}_{name}": [row[name] for row in one.rows] for number, one in enumerate(wanted) for name in one.shape.columns
    }
    await conn.execute(_statement(tuple(one.shape for one in wanted), None), parameters)


async def insert(conn: AsyncConnection, table: Table, rows: Sequence[Row]) -> None:
    """Insert all rows; a conflict fails the transaction."""
    await write(conn, inserting(table, rows))


async def update(conn: AsyncConnection, table: Table, rows: Sequence[Row]) -> None:
    """Set the given columns of the rows found by primary key; all key columns must be given."""
    await write(conn, updating(table, rows))


async def upsert(conn: AsyncConnection, table: Table, rows: Sequence[Row], *, newer: str | None = None) -> None:
    """Insert or replace by primary key, as `upserting` says."""
    await write(conn, upserting(table, rows, newer=newer))


async def insert_new(conn: AsyncConnection, table: Table, rows: Sequence[Row], *, returning: str) -> list[Any]:
    """Insert the rows that conflict with none, and return their values of the column `returning`."""
    if not rows:
        return []
    shape = _Shape("insert new", table, _columns(rows))
    parameters = {f"w0_{name}": [row[name] for row in rows] for name in shape.columns}
    return list((await conn.execute(_statement((shape,), returning), parameters)).scalars())


def _columns(rows: Sequence[Row]) -> tuple[str, ...]:
    return tuple(rows[0]) if rows else ()


@cache
def _statement(shapes: tuple[_Shape, ...], returning: str | None) -> TextClause:
    statements = [_sql(shape, f"w{number}_") for number, shape in enumerate(shapes)]
    if returning is not None:
        joined = f"{statements[0]} RETURNING {_name(returning)}"
    elif len(statements) == 1:
        joined = statements[0]
    else:
        joined = "WITH " + ", ".join(f"w{number} AS ({sql})" for number, sql in enumerate(statements)) + " SELECT 1"
    # One dimension, said aloud: otherwise a JSON value that is a list is taken for one more dimension of the array.
    return text(joined).bindparams(
        *(
            bindparam(f"w{number}_{name}", type_=ARRAY(shape.table.c[name].type, dimensions=1))
            for number, shape in enumerate(shapes)
            for name in shape.columns
        )
    )


def _sql(shape: _Shape, prefix: str) -> str:
    # The names are those of a SQLAlchemy table, never input.
    table, key = _name(shape.table.name), [column.name for column in shape.table.primary_key]
    names = ", ".join(map(_name, shape.columns))
    arrays = ", ".join(f":{prefix}{name}" for name in shape.columns)
    changed = [name for name in shape.columns if name not in key]
    if shape.kind == "update":
        changes = ", ".join(f"{_name(name)} = new.{_name(name)}" for name in changed)
        match = " AND ".join(f"{table}.{_name(name)} = new.{_name(name)}" for name in key)
        return f"UPDATE {table} SET {changes} FROM unnest({arrays}) AS new ({names}) WHERE {match}"  # noqa: S608 - see above
    insertion = f"INSERT INTO {table} ({names}) SELECT * FROM unnest({arrays})"  # noqa: S608 - see above
    if shape.kind == "insert":
        return insertion
    if shape.kind == "insert new" or not changed:
        return f"{insertion} ON CONFLICT DO NOTHING"
    changes = ", ".join(f"{_name(name)} = excluded.{_name(name)}" for name in changed)
    condition = f" WHERE excluded.{_name(shape.newer)} > {table}.{_name(shape.newer)}" if shape.newer else ""
    return f"{insertion} ON CONFLICT ({', '.join(map(_name, key))}) DO UPDATE SET {changes}{condition}"


def _name(name: str) -> str:
    return f'"{name}"'
