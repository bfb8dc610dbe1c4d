"""A provider's stand-in as a process of its own: takes any message after a fixed time, and counts what it took.

`python -m benchmarks.stand_in PORT MILLISECONDS`. It is a bare ASGI application, so that what is measured is the sender.
"""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import parse_qs

import uvicorn

Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


class StandIn:
    """Answers 201 to what is posted; on GET it looks for a reference, and says how many it has and how many came twice."""

    def __init__(self, *, seconds: float) -> None:
        self._seconds = seconds
        self._taken: dict[str, int] = {}

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        """One request."""
        if scope["method"] == "GET":
            twice = sum(number > 1 for number in self._taken.values())
            asked_for = parse_qs(scope["query_string"].decode()).get("reference", [])
            found = [{"reference": reference} for reference in asked_for if reference in self._taken]
            await _answer(send, 200, {"taken": len(self._taken), "twice": twice, "notifications": found})
            return
        body = b""
        more = True
        while more:
            part = await receive()
            body += part.get("body", b"")
            more = part.get("more_body", False)
        await asyncio.sleep(self._seconds)
        reference = json.loads(body)["reference"]
        self._taken[reference] = self._taken.get(reference, 0) + 1
        await _answer(send, 201, {"id": reference})


async def _answer(send: Send, status: int, body: dict[str, Any]) -> None:
    await send({"type": "http.response.start", "status": status, "headers": [(b"content-type", b"application/json")]})
    await send({"type": "http.response.body", "body": json.dumps(body).encode()})


if __name__ == "__main__":
    port, milliseconds = int(sys.argv[1]), float(sys.argv[2])
    app: Any = StandIn(seconds=milliseconds / 1000)
    uvicorn.run(app, host="127.0.0.1", port=port, log_level="critical", loop="uvloop", lifespan="off", access_log=False)
