"""The floor: the same writes and publishes by a straight loop of nats-py and asyncpg, a process for each service.

It fetches what is there, inserts and updates the recorded rows with `executemany` in one transaction, publishes the recorded
messages in a pipeline, and acknowledges. It decides nothing, validates nothing and could not be stopped without losing track.
"""

import asyncio
import sys
from pathlib import Path

import asyncpg
import nats
import uvloop
from nats.errors import TimeoutError as NatsTimeoutError
from nats.js import JetStreamContext

from benchmarks.recording import restore
from benchmarks.share import Portion, Share


async def main(file: Path, dsn: str, url: str, user: str, password: str) -> None:
    """Repeat one service's part until it is used up."""
    recording = restore(file)
    share = Share(recording)
    client = await nats.connect(url, user=user, password=password, inbox_prefix=f"_INBOX_{user}")
    jetstream = client.jetstream(timeout=30)
    loops = [asyncio.create_task(_loop(stream, durable, share, dsn, jetstream)) for stream, durable in recording.durables]
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    await asyncio.gather(*loops)
    await client.close()


async def _loop(stream: str, durable: str, share: Share, dsn: str, jetstream: JetStreamContext) -> None:
    connection = await asyncpg.connect(dsn, server_settings={"search_path": "yardstick", "jit": "off"})
    subscription = await jetstream.pull_subscribe_bind(durable, stream=stream)
    while not share.is_used_up:
        try:
            messages = await subscription.fetch(batch=256, timeout=0.2)
        except (TimeoutError, NatsTimeoutError):
            continue
        portion = share.next(len(messages))
        async with connection.transaction():
            await _write(connection, portion)
        acknowledgements = [
            await jetstream.publish_async(subject, body, headers=headers) for subject, headers, body in portion.messages()
        ]
        await asyncio.gather(*acknowledgements)
        for message in messages:
            await message.ack()
    await connection.close()


async def _write(connection: asyncpg.Connection, portion: Portion) -> None:
    for table, rows in portion.inserts():
        columns = ", ".join(f'"{name}"' for name in table.columns)
        values = ", ".join(f"${place}" for place in range(1, len(table.columns) + 1))
        await connection.executemany(f'INSERT INTO "{table.name}" ({columns}) VALUES ({values})', rows)  # noqa: S608 - recorded names
    for table, keys in portion.updates():
        same = table.columns[-1]
        match = " AND ".join(f'"{name}" = ${place}' for place, name in enumerate(table.key, 1))
        await connection.executemany(f'UPDATE "{table.name}" SET "{same}" = "{same}" WHERE {match}', keys)  # noqa: S608 - recorded names


if __name__ == "__main__":
    uvloop.run(main(Path(sys.argv[1]), *sys.argv[2:6]))
