"""How often somebody may ask, over all instances of the service."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from enrolment.storage.own_page import reached_by
from enrolment.storage.rate_limits import RateLimit
from service_kit.database import create_engine
from support.servers import Database


@pytest.fixture
async def instances(database: Callable[[str], Awaitable[Database]]) -> AsyncIterator[tuple[AsyncEngine, AsyncEngine]]:
    url = (await database("enrolment")).url
    one, other = create_engine(url), create_engine(url)
    yield one, other
    await one.dispose()
    await other.dispose()


async def pass_time(engine: AsyncEngine, seconds: float) -> None:
    async with engine.begin() as conn:
        await conn.execute(text("UPDATE request_allowances SET at = at - make_interval(secs => :s)"), {"s": seconds})


async def test_two_instances_share_one_bucket(instances: tuple[AsyncEngine, AsyncEngine]) -> None:
    limits = [RateLimit(engine=each, name="links", per_second=0.01, burst=5) for each in instances]
    waits = await asyncio.gather(*(limits[number % 2]("a client") for number in range(20)))
    assert sorted(waits)[:5] == [0.0] * 5
    assert all(90 < each <= 100 for each in sorted(waits)[5:])
    assert await limits[0]("another client") == 0.0
    assert await RateLimit(engine=instances[1], name="codes", per_second=0.01, burst=5)("a client") == 0.0
    await pass_time(instances[0], 100)
    assert await limits[1]("a client") == 0.0
    assert await limits[0]("a client") > 0


async def test_a_bucket_never_holds_more_than_the_burst_and_is_forgotten_in_the_end(
    instances: tuple[AsyncEngine, AsyncEngine],
) -> None:
    limit = RateLimit(engine=instances[0], name="links", per_second=1, burst=2)
    assert [await limit("a client") for _ in range(2)] == [0.0, 0.0]
    await pass_time(instances[0], 3000)
    assert [await limit("a client") > 0 for _ in range(3)] == [False, False, True]
    await pass_time(instances[0], 3700)
    await limit("another client")
    async with instances[1].connect() as conn:
        assert (await conn.execute(text("SELECT count(*) FROM request_allowances"))).scalar_one() == 1
        stored = (await conn.execute(text("SELECT key FROM request_allowances"))).scalar_one()
    assert "client" not in stored


@pytest.mark.parametrize(
    ("address", "index"), [("somebody@example.org", "participants_by_email"), ("07700 900123", "participants_by_phone")]
)
async def test_whom_an_address_reaches_is_found_by_an_index(
    instances: tuple[AsyncEngine, AsyncEngine], address: str, index: str
) -> None:
    async with instances[0].begin() as conn:
        await conn.execute(text("SET LOCAL enable_seqscan = off"))
        assert await reached_by(conn, address) == []
        await conn.execute(text("SELECT pg_stat_force_next_flush()"))
    async with instances[1].connect() as conn:
        used = await conn.execute(text("SELECT indexrelname FROM pg_stat_user_indexes WHERE idx_scan > 0"))
        assert index in list(used.scalars())
