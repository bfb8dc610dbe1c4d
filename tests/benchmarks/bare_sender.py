"""The bare httpx loop as a process of its own: posts so many messages at a concurrency, and prints the seconds and the seconds of
the processor that it took.

`python -m benchmarks.bare_sender URL MESSAGES AT_ONCE`. Each of the concurrent loops has a client with one connection. One client
with a pool for all of them would be what one writes first, and takes about seven times as long: for each request httpcore looks
at every connection and every waiting request.
"""

import asyncio
import sys
import time
from collections.abc import Iterator
from uuid import uuid4

import httpx
import uvloop

from support.notify_stub import API_KEY, SMS_TEMPLATE

WORDS = "Hello Mary. A reminder: session 1 is on Monday 14 December at 10am at Bench Leisure Centre."


async def main(url: str, messages: int, at_once: int) -> tuple[float, float]:
    """Post them, and return the seconds, and the seconds of the processor, that it took."""
    certificates = httpx.create_ssl_context()
    numbers = iter(range(messages))
    clients = [httpx.AsyncClient(base_url=url, timeout=30, verify=certificates) for _ in range(at_once)]
    began, processor_before = time.perf_counter(), time.process_time()
    await asyncio.gather(*(_post_some(client, numbers) for client in clients))
    took = time.perf_counter() - began, time.process_time() - processor_before
    for client in clients:
        await client.aclose()
    return took


async def _post_some(client: httpx.AsyncClient, numbers: Iterator[int]) -> None:
    # The stand-in doesn't look at the token, so one of the same length does for all.
    headers = {"Authorization": f"Bearer {API_KEY}{API_KEY}"}
    for _ in numbers:
        body = {
            "template_id": str(SMS_TEMPLATE),
            "reference": str(uuid4()),
            "phone_number": "07700 900123",
            "personalisation": {"body": WORDS},
        }
        (await client.post("/v2/notifications/sms", json=body, headers=headers)).raise_for_status()


if __name__ == "__main__":
    took = uvloop.run(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
    sys.stdout.write(" ".join(map(str, took)))
