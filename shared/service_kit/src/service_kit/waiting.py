"""Waiting for one thing or a time, whichever comes first."""

import asyncio


async def set_within(event: asyncio.Event, seconds: float) -> bool:
    """Wait until the event is set, at most so many seconds, and say whether it was.

    Not `asyncio.wait_for`, which in Python 3.11 can lose a cancellation that arrives together with the event.
    """
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return False
    return True
