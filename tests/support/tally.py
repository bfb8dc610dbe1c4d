"""The smallest service that the kit can run: it counts events and tells each one on. Kit tests run it in-process or as a process.

It stands in for scheduling: it reads ENROLMENT and PEOPLE through scheduling's durables and publishes `scheduling.>`.
The body of an event is `{"key": …, "does": …}`; `does` says how the handler behaves.
"""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import uvicorn
from fastapi import FastAPI
from pydantic import BaseModel
from sqlalchemy import Column, DateTime, MetaData, Table, Text, func, select
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from service_kit import logs, outbox, rows
from service_kit.buckets import bucket_of
from service_kit.consumer import Consumer, Reaction, Received
from service_kit.due import DueWork
from service_kit.envelope import Event, UnreadableError
from service_kit.results import Done, NotYet, Result
from service_kit.service import Service
from service_kit.settings import ServiceSettings
from service_kit.tables import kit_tables

METADATA = MetaData()
TABLES = kit_tables(METADATA)
EFFECTS = Table("effects", METADATA, Column("event_id", Text, primary_key=True), Column("key", Text), Column("does", Text))
KNOWN = Table("known", METADATA, Column("key", Text, primary_key=True))
ALARMS = Table(
    "alarms",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("due_at", DateTime(timezone=True)),
    Column("rung_at", DateTime(timezone=True)),
)

COUNTED = "enrolment.enrolment.changed.v1"
INTRODUCED = "people.v1"
TOLD = "scheduling.place.changed.v1"


class Told(BaseModel):
    key: str
    does: str


@dataclass(frozen=True, slots=True)
class Count:
    event_id: str
    key: str
    does: str


def read(event: Event) -> Count:
    try:
        body: dict[str, Any] = json.loads(event.data)
        if body.get("does") == "break reading":
            raise ZeroDivisionError
        return Count(event.id, body["key"], body.get("does", "count"))
    except (ValueError, KeyError, TypeError):
        raise UnreadableError("The field key is missing.", field="key") from None


async def count(conn: AsyncConnection, received: Sequence[Received[Count]], now: datetime) -> Sequence[Result]:
    """`poison` fails, `needs key` waits until the key was introduced, `slow` keeps the transaction open for a while."""
    commands = [item.command for item in received]
    known = set((await conn.execute(select(KNOWN.c.key))).scalars())
    results: list[Result] = []
    effects, told = [], []
    for item in received:
        command = item.command
        if command.does == "poison":
            raise RuntimeError(f"secret of {command.key}")
        if command.does == "look like a network":
            raise ConnectionRefusedError
        if command.does == "needs key" and command.key not in known:
            results.append(NotYet("unknown_key"))
            continue
        results.append(Done())
        effects.append({"event_id": command.event_id, "key": command.key, "does": command.does})
        told.append(
            outbox.Outgoing(
                type=TOLD,
                nats_subject=f"{TOLD}.{bucket_of(command.key)}",
                aggregate=command.key,
                sequence=len(effects),
                body=Told(key=command.key, does=command.does),
                because=item.event,
            )
        )
    await rows.insert(conn, EFFECTS, effects)
    await outbox.add(conn, told)
    if any(command.does == "slow" for command in commands):
        await asyncio.sleep(0.5)
    return results


async def introduce(conn: AsyncConnection, received: Sequence[Received[Count]], now: datetime) -> Sequence[Result]:
    await rows.upsert(conn, KNOWN, [{"key": key} for key in sorted({item.command.key for item in received})])
    return [Done() for _ in received]


CONSUMERS = (
    Consumer(
        durable="scheduling_people",
        stream="PEOPLE",
        reactions=(Reaction(event_type=INTRODUCED, read=read, key=lambda command: command.key, handle=introduce),),
    ),
    Consumer(
        durable="scheduling_enrolment",
        stream="ENROLMENT",
        reactions=(Reaction(event_type=COUNTED, read=read, key=lambda command: command.key, handle=count),),
    ),
)


async def create_tables(database_url: str) -> None:
    engine = create_async_engine(database_url)
    async with engine.begin() as conn:
        await conn.run_sync(METADATA.create_all)
    await engine.dispose()


def build(settings: ServiceSettings) -> tuple[Service, FastAPI]:
    service = Service(name="scheduling", settings=settings)

    async def ring(now: datetime) -> int:
        async with service.transaction() as conn:
            due = select(ALARMS.c.id).where(ALARMS.c.due_at <= now, ALARMS.c.rung_at.is_(None)).with_for_update(skip_locked=True)
            rung = [{"id": id_, "rung_at": now} for id_ in (await conn.execute(due)).scalars()]
            await rows.update(conn, ALARMS, rung)
        return len(rung)

    async def next_alarm(conn: AsyncConnection) -> datetime | None:
        earliest: datetime | None = (
            await conn.execute(select(func.min(ALARMS.c.due_at)).where(ALARMS.c.rung_at.is_(None)))
        ).scalar_one()
        return earliest

    app = service.app(consumers=CONSUMERS, routers=[], due_work=[DueWork(name="alarms", run=ring, next_due_at=next_alarm)])
    return service, app


def main() -> None:
    settings = ServiceSettings()
    logs.configure(service="tally", level="debug")
    uvicorn.run(build(settings)[1], host="127.0.0.1", port=settings.http_port, access_log=False, log_config=None, loop="uvloop")


if __name__ == "__main__":
    main()
