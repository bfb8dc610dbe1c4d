"""What falls due is done when domain time reaches it, and domain time moves only where it may."""

from datetime import timedelta

import pytest

from service_kit import due, rows
from service_kit import service as service_module
from service_kit.service import Service
from support import tally
from support.kit_bench import Bench, eventually

A_DAY = timedelta(days=1)


async def test_due_work_is_done_when_the_clock_is_moved_to_it(bench: Bench) -> None:
    async with bench.service() as service:
        await _set_alarm(service, "tomorrow", A_DAY)
        await _set_alarm(service, "next week", 7 * A_DAY)
        assert await _rung(bench) == []
        await bench.move_clock(A_DAY + timedelta(minutes=1))
        await eventually(lambda: _rung(bench))
        assert await _rung(bench) == ["tomorrow"]


async def test_a_service_that_starts_knows_at_once_how_far_the_clock_was_moved(bench: Bench) -> None:
    await bench.move_clock(7 * A_DAY)
    async with bench.service() as service:
        await bench.send("a")
        await eventually(lambda: bench.all_done(1))
        assert service.clock.offset == 7 * A_DAY


async def test_in_production_the_clock_stays_where_it_is(bench: Bench) -> None:
    await bench.move_clock(7 * A_DAY)
    async with bench.service(environment="production") as service:
        await bench.send("a")
        await eventually(lambda: bench.all_done(1))
        assert service.clock.offset == timedelta()


async def test_what_is_said_to_be_due_soon_waits_for_no_poll(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service_module, "_DUE_POLL_SECONDS", 3600.0)
    async with bench.service() as service:
        await bench.send("a")
        await eventually(lambda: bench.all_done(1))
        await _set_alarm(service, "now", timedelta(), soon=True)
        await eventually(lambda: _rung(bench))


async def _set_alarm(service: Service, name: str, ahead: timedelta, *, soon: bool = False) -> None:
    async with service.transaction() as conn:
        await rows.insert(conn, tally.ALARMS, [{"id": name, "due_at": service.clock.now() + ahead, "rung_at": None}])
        if soon:
            due.soon(conn)


async def _rung(bench: Bench) -> list[str]:
    return [row["id"] for row in await bench.query("SELECT id FROM alarms WHERE rung_at IS NOT NULL ORDER BY id")]
