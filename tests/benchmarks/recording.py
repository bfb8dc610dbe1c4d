"""What Limber wrote and published in a run, so that other programs can be measured at making the same writes and publishes."""

import json
import pickle
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
from nats.js import JetStreamContext

from limber_embedded.checkout import SERVICES
from limber_embedded.home import Home
from limber_streams.declaration import load

_TABLES = """
SELECT c.relname AS name,
  array_agg(a.attname ORDER BY a.attnum) FILTER (WHERE a.attidentity = '') AS columns,
  (SELECT array_agg(k.attname) FROM pg_index i JOIN pg_attribute k ON k.attrelid = c.oid AND k.attnum = ANY(i.indkey)
   WHERE i.indrelid = c.oid AND i.indisprimary) AS key
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND c.relname <> 'alembic_version' GROUP BY c.oid, c.relname
"""


@dataclass(frozen=True, kw_only=True)
class TableWrites:
    """The rows that a run inserted into one table, in their order, and how many rows it updated there."""

    name: str
    columns: tuple[str, ...]
    key: tuple[str, ...]
    rows: list[tuple[Any, ...]]
    updates: int


@dataclass(frozen=True, kw_only=True)
class ServiceRecording:
    """One service's part: what it read, wrote and published (NATS subject, headers, body)."""

    service: str
    durables: tuple[tuple[str, str], ...]
    events_read: int
    tables: tuple[TableWrites, ...]
    published: list[tuple[str, dict[str, str], bytes]]


@dataclass(frozen=True, kw_only=True)
class Before:
    """How many rows each table had, how many updates it had seen, and how far each stream was, before the run."""

    rows: Mapping[str, Mapping[str, int]]
    updates: Mapping[str, Mapping[str, int]]
    delivered: Mapping[str, int]


async def look(home: Home, jetstream: JetStreamContext) -> Before:
    """Note where everything stands before a run."""
    rows, updates = {}, {}
    for service in SERVICES:
        connection = await asyncpg.connect(home.dsn(service))
        tables = await connection.fetch(_TABLES)
        rows[service] = {table["name"]: await connection.fetchval(f'SELECT count(*) FROM "{table["name"]}"') for table in tables}  # noqa: S608 - its own tables
        updates[service] = await _updates(connection)
        await connection.close()
    return Before(rows=rows, updates=updates, delivered=await _acknowledged(jetstream))


async def record(home: Home, jetstream: JetStreamContext, before: Before) -> dict[str, ServiceRecording]:
    """Read everything that was written and published since `before`."""
    acknowledged = await _acknowledged(jetstream)
    found = {}
    for service in SERVICES:
        connection = await asyncpg.connect(home.dsn(service))
        updates = await _updates(connection)
        tables = []
        for table in await connection.fetch(_TABLES):
            name = table["name"]
            earlier = before.rows[service].get(name, 0)
            columns = ", ".join(f'"{column}"' for column in table["columns"])
            # In the order in which they lie in the table, which is that of their insertion.
            inserted = await connection.fetch(f'SELECT {columns} FROM "{name}" ORDER BY ctid OFFSET {earlier}')  # noqa: S608 - its own tables
            updated = updates.get(name, 0) - before.updates[service].get(name, 0)
            if inserted or updated:
                tables.append(
                    TableWrites(
                        name=name,
                        columns=tuple(table["columns"]),
                        key=tuple(table["key"]),
                        rows=[tuple(UUID(str(value)) if isinstance(value, UUID) else value for value in row) for row in inserted],
                        updates=updated,
                    )
                )
        durables = tuple((durable.stream, durable.name) for durable in load().durables_of(service))
        read = sum(acknowledged[name] - before.delivered[name] for _, name in durables)
        published = await _published(connection, jetstream, service, before.rows[service]["outbox"])
        await connection.close()
        found[service] = ServiceRecording(
            service=service, durables=durables, events_read=read, tables=tuple(tables), published=published
        )
    return found


def save(recording: ServiceRecording, file: Path) -> None:
    """Write one service's part for the program that repeats it."""
    file.write_bytes(pickle.dumps(recording))


def restore(file: Path) -> ServiceRecording:
    """Read what `save` wrote."""
    recording: ServiceRecording = pickle.loads(file.read_bytes())  # noqa: S301 - written a moment ago by the same benchmark
    return recording


async def _updates(connection: asyncpg.Connection) -> dict[str, int]:
    await connection.execute("SELECT pg_stat_clear_snapshot()")
    return {
        row["relname"]: row["n_tup_upd"] for row in await connection.fetch("SELECT relname, n_tup_upd FROM pg_stat_user_tables")
    }


async def _acknowledged(jetstream: JetStreamContext) -> dict[str, int]:
    found = {}
    for service in SERVICES:
        for durable in load().durables_of(service):
            info = await jetstream.consumer_info(durable.stream, durable.name)
            found[durable.name] = info.delivered.consumer_seq if info.delivered else 0
    return found


async def _published(
    connection: asyncpg.Connection, jetstream: JetStreamContext, service: str, earlier: int
) -> list[tuple[str, dict[str, str], bytes]]:
    rows = await connection.fetch("SELECT * FROM outbox ORDER BY position OFFSET $1", earlier)
    found = []
    for row in rows:
        body = row["body"]
        if body is None:
            # Rendered from current rows when it was published; any body of that size serves here.
            body = json.dumps(
                {
                    "participant_id": row["aggregate"],
                    "sequence": row["sequence"],
                    "greeting_name": "Somebody",
                    "phone": "07700 900123",
                    "email": "person@example.org",
                    "language": "en",
                    "preferred_channel": "sms",
                }
            ).encode()
        headers = {
            "ce-specversion": "1.0",
            "ce-id": str(row["id"]),
            "ce-source": f"urn:limber:{service}",
            "ce-type": row["type"],
            "ce-subject": row["aggregate"],
            "ce-sequence": str(row["sequence"]),
            "ce-time": row["created_at"].isoformat(),
            "ce-datacontenttype": "application/json",
            "Nats-Msg-Id": str(row["id"]),
        }
        found.append((row["nats_subject"], headers, body))
    return found
