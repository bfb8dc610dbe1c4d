"""Who asks too often waits."""

import math
from collections.abc import Awaitable, Callable
from http import HTTPStatus

from fastapi import HTTPException, Request

# Counts one request of a key: 0 if it may go on, else how many seconds to wait.
Limit = Callable[[str], Awaitable[float]]


async def hold_back(request: Request, limit: Limit) -> None:
    """Count one request of whoever asks; 429 if they ask too often."""
    wait = await limit(request.client.host if request.client else "unknown")
    if wait > 0:
        sentence = "Too many answers came from your network at once. Wait a minute and try again."
        raise HTTPException(HTTPStatus.TOO_MANY_REQUESTS, sentence, {"Retry-After": str(math.ceil(wait))})
