"""What waits and what was set aside, straight from each service's database: it works while services and broker are down."""

import contextlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from limber_embedded.checkout import SERVICES
from limber_embedded.home import Home
from limber_embedded.problem import Problem
from service_kit import held
from service_kit.database import create_engine
from service_kit.held import Held


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldMessage:
    """A held message and the service that holds it."""

    service: str
    message: Held


async def listed(
    home: Home, *, services: Sequence[str] = SERVICES, state: str | None = None, limit: int = 1000
) -> list[HeldMessage]:
    """What each service holds, oldest first, at most `limit` of each. `state`: waiting or set_aside, or None for both."""
    found = []
    for service in services:
        async with _transaction(home, service) as conn:
            messages = await held.listing(conn, state=state, limit=limit)
        found += [HeldMessage(service=service, message=message) for message in messages]
    return found


async def found(home: Home, service: str, position: int) -> Held:
    """One of them; Problem if it isn't there."""
    async with _transaction(home, service) as conn:
        message = await held.find(conn, position)
    return _there(message, service, position)


async def retry(home: Home, service: str, position: int) -> Held:
    """Lets it be tried again from the beginning, and returns it as it was."""
    async with _transaction(home, service) as conn:
        before = _there(await held.find(conn, position), service, position)
        _there(before if await held.retry(conn, position, datetime.now(UTC)) else None, service, position)
    return before


async def discard(home: Home, service: str, position: int) -> Held:
    """Gives it up for good, and returns it as it was."""
    async with _transaction(home, service) as conn:
        before = _there(await held.find(conn, position), service, position)
        _there(before if await held.discard(conn, position) else None, service, position)
    return before


def _there(message: Held | None, service: str, position: int) -> Held:
    if message is None:
        raise Problem(f"{service} holds no message at position {position} (any more). ./limber held list shows what it holds.")
    return message


@contextlib.asynccontextmanager
async def _transaction(home: Home, service: str) -> AsyncIterator[AsyncConnection]:
    if not home.state:
        raise Problem(f"{home.folder} was never started. ./limber up{home.option} starts it.")
    engine = create_engine(home.dsn(service, driver="postgresql+asyncpg"))
    try:
        async with engine.begin() as conn:
            yield conn
    except (OSError, DBAPIError) as error:
        raise Problem(
            f"The database of {service} does not answer ({type(error).__name__})."
            f" It runs while Limber is up: ./limber up{home.option}."
        ) from error
    finally:
        await engine.dispose()
