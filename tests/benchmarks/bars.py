"""How long a GP system waits for an answer over HTTP, at a steady rate that doesn't wait for the slow ones.

The standard asks for 90 % of answers within 2.1 s and all within 5 s. Once a second a request goes beside them that only shows a
key and gets a CapabilityStatement: what the road there and back costs.
"""

import asyncio
import json
import statistics
import time
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import httpx

from benchmarks.temporary_home import SENDER, temporary_home
from limber_embedded import organisations
from limber_embedded.organisations import Organisation
from support import bars_requests as requests

Say = Callable[[str], None]

MOST_WITHIN_SECONDS = 2.1
ALL_WITHIN_SECONDS = 5.0
_WARM_UP = 20
_ADDRESS = "/enrolment/fhir"
_TIMEOUT_SECONDS = 30.0


async def bars(*, seconds: int, per_second: int, say: Say) -> dict[str, Any]:
    """Send so many referrals a second, each of another person, for so long."""
    async with temporary_home() as bench:
        given = await organisations.add(bench.home, Organisation(channel="gp", code=SENDER.code, name=SENDER.name))
        key = given.api_key or ""
        async with httpx.AsyncClient(
            base_url=bench.home.public_url, timeout=_TIMEOUT_SECONDS, limits=httpx.Limits(max_connections=None)
        ) as client:
            say("warming up")
            for number in range(_WARM_UP):
                await _refer(client, key, number)
            answered: list[tuple[int, float]] = []
            bare: list[float] = []
            sending = []
            began = time.perf_counter()
            for number in range(seconds * per_second):
                await asyncio.sleep(max(0.0, began + number / per_second - time.perf_counter()))
                sending.append(asyncio.create_task(_note(answered, _refer(client, key, _WARM_UP + number))))
                if number % per_second == 0:
                    say(f"{number // per_second} of {seconds} seconds")
                    bare.append(await _metadata(client, key))
            await asyncio.gather(*sending)
        say("coming to rest")
        await bench.system.come_to_rest()
    waited = [each for _, each in answered]
    return {
        "requests": len(answered),
        "per_second": per_second,
        "bytes_each": len(json.dumps(requests.referral(0)).encode()),
        "statuses": dict(Counter(str(status) for status, _ in answered)),
        "answers": _figures(waited),
        f"within_{MOST_WITHIN_SECONDS}_s_percent": round(
            100 * sum(each <= MOST_WITHIN_SECONDS for each in waited) / len(waited), 2
        ),
        f"over_{ALL_WITHIN_SECONDS:.0f}_s": sum(each > ALL_WITHIN_SECONDS for each in waited),
        "request_that_decides_nothing": _figures(bare),
    }


async def _refer(client: httpx.AsyncClient, key: str, number: int) -> tuple[int, float]:
    body = json.dumps(requests.referral(number)).encode()
    headers = requests.headers(key)
    began = time.perf_counter()
    response = await client.post(f"{_ADDRESS}/$process-message", content=body, headers=headers)
    return response.status_code, time.perf_counter() - began


async def _metadata(client: httpx.AsyncClient, key: str) -> float:
    began = time.perf_counter()
    response = await client.get(f"{_ADDRESS}/metadata", headers=requests.headers(key))
    response.raise_for_status()
    return time.perf_counter() - began


async def _note(answered: list[tuple[int, float]], refer: Any) -> None:
    answered.append(await refer)


def _figures(waited: Sequence[float]) -> dict[str, float]:
    cuts = statistics.quantiles([each * 1000 for each in waited], n=100, method="inclusive")
    figures = {"p50_ms": cuts[49], "p90_ms": cuts[89], "p99_ms": cuts[98], "max_ms": max(waited) * 1000}
    return {name: round(value, 1) for name, value in figures.items()}
