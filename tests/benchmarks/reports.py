"""How long a report takes to open, with few and with many assessments behind it."""

import statistics
import time
from collections.abc import Callable
from typing import Any

import asyncpg

from benchmarks.temporary_home import temporary_home

FEW = 10_000
TIME_POINTS = 3
SITES, MONTHS, PEOPLE_IN_A_COHORT, CHANNELS_AND_JOINTS = 20, 24, 10, 8
LOOKS = 9
# What somebody adds who answers three times: scores, pairs, places and questionnaires, as the service counts them.
MEASURES = (
    *("people", "started", "place:completed", "days:first_contact", "days:first_session"),
    *(f"{kind}:{point}" for kind in ("asked", "completed") for point in ("baseline", "end", "followup_6m")),
    *(
        f"score:{scale}|{point}"
        for scale in ("NRS|1|pain", "ACTIVITY|1|active", "ACTIVITY|1|minutes", "CHAIR-STAND|1|stands")
        for point in ("baseline", "end", "followup_6m")
    ),
    *(
        f"{kind}:KOOS-12|1|{scale}|{point}"
        for kind in ("score", "pair")
        for scale in ("pain", "function", "quality_of_life", "summary")
        for point in ("end", "followup_6m")
    ),
)
FILL = """
INSERT INTO report_cells (programme, site, cohort, channel, joint, month, measure, n, first, later, first_squared, later_squared,
    product, better, worse)
SELECT 'escape-pain-knee-hip', 'site-' || place % $2, '', 'channel-' || channel, joint,
    to_char(date '2025-01-01' + make_interval(months => place / $2), 'YYYY-MM'), measure,
    $4, $4 / 2, $4, $4 / 2, $4 * 2, $4 / 2, 0, 0
FROM generate_series(0, $3 - 1) AS place, generate_series(1, 4) AS channel, unnest(ARRAY['knee', 'hip']) AS joint,
    unnest($1::text[]) AS measure
"""


async def reports(*, many: int, say: Callable[[str], None]) -> dict[str, Any]:
    """Milliseconds until a report is there, median of nine looks, over 10,000 and over `many` assessments."""
    figures: dict[str, Any] = {}
    say("starting a home of its own")
    async with temporary_home() as home:
        connection = await asyncpg.connect(home.home.dsn("outcomes"))
        try:
            for assessments in (FEW, many):
                say(f"counting {assessments:,} assessments")
                cells = await _fill(connection, people=assessments // TIME_POINTS)
                looks = []
                for _ in range(LOOKS):
                    began = time.perf_counter()
                    await home.system.get("/outcomes/reports")
                    looks.append((time.perf_counter() - began) * 1000)
                figures[f"{assessments} assessments"] = {"cells": cells, "milliseconds": round(statistics.median(looks), 1)}
        finally:
            await connection.close()
    few, more = figures.values()
    figures["times_as_long"] = round(more["milliseconds"] / few["milliseconds"], 2)
    return figures


async def _fill(connection: Any, *, people: int) -> int:
    """The sums of so many people, who come in cohorts of ten: each cohort is of a site and a month, until all have one."""
    places = min(SITES * MONTHS, people // PEOPLE_IN_A_COHORT)
    await connection.execute("TRUNCATE report_cells")
    in_each = max(1, people // (places * CHANNELS_AND_JOINTS))
    await connection.execute(FILL, list(MEASURES), SITES, places, in_each)
    await connection.execute("ANALYZE report_cells")
    return int(await connection.fetchval("SELECT count(*) FROM report_cells"))
