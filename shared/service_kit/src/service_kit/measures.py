"""What a service's database says of the work that is left, as figures."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from service_kit import held
from service_kit.due import DueWork
from service_kit.metrics import Gauge

_OUTBOX = text("SELECT count(*), min(created_at) FROM outbox WHERE published_at IS NULL")
_HELD = text("SELECT state, count(*), min(held_since) FROM held GROUP BY state")


async def measure(conn: AsyncConnection, due_work: Sequence[DueWork], *, real_now: datetime, now: datetime) -> list[Gauge]:
    """Return the figures of the outbox, of what is held, and of due work. `now` is domain time, by which work is due."""
    untold, oldest = (await conn.execute(_OUTBOX)).one()
    gauges = [
        Gauge.of("limber_outbox_untold", untold),
        Gauge.of("limber_outbox_oldest_age_seconds", _age(oldest, real_now)),
    ]
    found = {state: (count, since) for state, count, since in await conn.execute(_HELD)}
    for state in (held.WAITING, held.SET_ASIDE):
        count, since = found.get(state, (0, None))
        gauges += [
            Gauge.of("limber_held", count, state=state),
            Gauge.of("limber_held_oldest_age_seconds", _age(since, real_now), state=state),
        ]
    for work in due_work:
        gauges.append(Gauge.of("limber_due_work_late_seconds", _age(await work.next_due_at(conn), now), work=work.name))
    return gauges


def _age(since: datetime | None, now: datetime) -> float:
    return 0.0 if since is None else max(0.0, (now - since).total_seconds())
