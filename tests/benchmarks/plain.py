"""What one would write first: plain FastStream and SQLAlchemy, one transaction and its publishes for each message.

A process for each service. It makes the same writes and publishes as Limber did, message by message.
"""

import asyncio
import sys
from pathlib import Path

import uvloop
from faststream.nats import JStream, NatsBroker, PullSub
from faststream.security import SASLPlaintext
from nats.js.api import ConsumerConfig
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine

from benchmarks.recording import restore
from benchmarks.share import Portion, Share
from limber_streams.declaration import load


async def main(file: Path, dsn: str, url: str, user: str, password: str) -> None:
    """Repeat one service's part until it is used up."""
    recording = restore(file)
    share = Share(recording)
    engine = create_async_engine(
        dsn.replace("postgresql://", "postgresql+asyncpg://"), connect_args={"server_settings": {"search_path": "yardstick"}}
    )
    sessions = async_sessionmaker(engine)
    broker = NatsBroker(url, security=SASLPlaintext(user, password), inbox_prefix=f"_INBOX_{user}", logger=None)
    finished = asyncio.Event()

    async def handle(body: dict[str, object]) -> None:
        portion = share.next(1)
        async with sessions() as session, session.begin():
            await _write(session, portion)
        for subject, headers, message in portion.messages():
            await broker.publish(message, subject, headers=headers, stream=_stream_of(subject), timeout=10)
        if share.is_used_up:
            finished.set()

    for durable in load().durables_of(recording.service):
        broker.subscriber(
            stream=JStream(durable.stream, declare=False),
            durable=durable.name,
            config=ConsumerConfig(filter_subjects=list(durable.config["filter_subjects"])),
            pull_sub=PullSub(),
            inbox_prefix=f"_INBOX_{user}".encode(),
            no_reply=True,
        )(handle)
    await broker.start()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    await finished.wait()
    await broker.stop()
    await engine.dispose()


async def _write(session: AsyncSession, portion: Portion) -> None:
    for table, rows in portion.inserts():
        columns = ", ".join(f'"{name}"' for name in table.columns)
        values = ", ".join(f":v{place}" for place in range(len(table.columns)))
        statement = text(f'INSERT INTO "{table.name}" ({columns}) VALUES ({values})')  # noqa: S608 - recorded names
        for row in rows:
            await session.execute(statement, {f"v{place}": value for place, value in enumerate(row)})
    for table, keys in portion.updates():
        same = table.columns[-1]
        match = " AND ".join(f'"{name}" = :k{place}' for place, name in enumerate(table.key))
        statement = text(f'UPDATE "{table.name}" SET "{same}" = "{same}" WHERE {match}')  # noqa: S608 - recorded names
        for key in keys:
            await session.execute(statement, {f"k{place}": value for place, value in enumerate(key)})


def _stream_of(subject: str) -> str:
    return subject.split(".", 1)[0].upper()


if __name__ == "__main__":
    uvloop.run(main(Path(sys.argv[1]), *sys.argv[2:6]))
