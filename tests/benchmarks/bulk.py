"""How long a file of nominations takes, from handing it over until every line is answered."""

import asyncio
import time
from collections.abc import Callable
from typing import Any

import asyncpg
import httpx

from benchmarks.temporary_home import temporary_home
from limber_embedded import organisations
from limber_embedded.home import Home
from limber_embedded.organisations import Organisation

EMPLOYER = Organisation(channel="workplace", code="BENCH", name="Bench Works")
ADDRESS = "/enrolment/workplace/nominations"
_HEADER = "nomination_id,given_name,family_name,email,birth_date,postcode\n"
# Every so manieth line has no address, so that refusing is measured too.
_WRONG_EVERY = 50


async def bulk(*, lines: int, say: Callable[[str], None]) -> dict[str, Any]:
    """Return the figures for a file of so many lines and for the same file sent again."""
    async with temporary_home() as home:
        given = await organisations.add(home.home, EMPLOYER)
        headers = {"Authorization": f"Bearer {given.api_key}"}
        async with httpx.AsyncClient(base_url=home.home.public_url, headers=headers, timeout=60) as http:
            say(f"a file of {lines} lines")
            first = await _send(http, _file(lines), key="first")
            say("the same file again")
            again = await _send(http, _file(lines), key="again")
        return {"lines": lines, "first": first, "again": again, "links": await _links(home.home)}


async def _send(http: httpx.AsyncClient, file: str, *, key: str) -> dict[str, Any]:
    began = time.perf_counter()
    sent = {"Idempotency-Key": key, "Content-Type": "text/csv"}
    answer = await http.post(f"{ADDRESS}:bulk", content=file.encode(), headers=sent)
    answer.raise_for_status()
    taken = time.perf_counter()
    longest_look = 0.0
    while True:
        asked = time.perf_counter()
        shown = (await http.get(answer.headers["Location"])).json()
        longest_look = max(longest_look, time.perf_counter() - asked)
        if shown["status"] == "finished":
            break
        await asyncio.sleep(0.05)
    done = time.perf_counter()
    return {
        "seconds_until_it_was_taken": round(taken - began, 2),
        "seconds_until_every_line_was_answered": round(done - began, 2),
        "lines_per_second": round(shown["total"] / (done - began)),
        "slowest_look_at_the_progress_milliseconds": round(longest_look * 1000),
        "received": shown["received"],
        "refused": shown["refused"],
    }


def _file(lines: int) -> str:
    return _HEADER + "".join(_line(number) for number in range(1, lines + 1))


def _line(number: int) -> str:
    email = "" if number % _WRONG_EVERY == 0 else f"person{number}@example.org"
    day, district = number % 28 + 1, number % 20 + 1
    return f"bench-{number},Given{number},Family{number},{email},1960-01-{day:02d},LS{district} 1HR\n"


async def _links(home: Home) -> int:
    connection = await asyncpg.connect(home.dsn("enrolment"))
    try:
        return int(await connection.fetchval("SELECT count(*) FROM links"))
    finally:
        await connection.close()
