"""The service's own PostgreSQL: how to reach it, and what its errors mean for delivery."""

import asyncio
import json
from typing import Any

import asyncpg
from pydantic_core import to_json
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

POOL_SIZE = 8
# Deadlock and serialisation failure: the same transaction may well succeed when it is repeated.
_REPEATABLE = frozenset({"40P01", "40001"})
# Classes of SQLSTATE that say the server can't serve anybody now: connection, resources, operator intervention, system.
_UNAVAILABLE_CLASSES = frozenset({"08", "53", "57", "58"})
_UNAVAILABLE_ERRORS = (OSError, asyncpg.InterfaceError, asyncpg.PostgresConnectionError, PoolTimeoutError, asyncio.TimeoutError)


def create_engine(database_url: str) -> AsyncEngine:
    """Return the engine. Its errors never show parameters, which hold people's data."""
    return create_async_engine(
        database_url,
        pool_size=POOL_SIZE,
        max_overflow=0,
        pool_timeout=30,
        # The connection used last has its statements prepared; taking turns would have each of them learn everything.
        pool_use_lifo=True,
        hide_parameters=True,
        json_serializer=_to_json,
        json_deserializer=json.loads,
        connect_args={"timeout": 10, "server_settings": {"jit": "off", "tcp_keepalives_idle": "10"}},
    )


def create_relay_engine(database_url: str) -> AsyncEngine:
    """Return the relay's own engine: one connection, each statement by itself, its marks not waited for.

    A mark that a crash loses only means that the row is published once more under its old id.
    """
    return create_async_engine(
        database_url,
        pool_size=1,
        max_overflow=0,
        hide_parameters=True,
        isolation_level="AUTOCOMMIT",
        connect_args={"timeout": 10, "server_settings": {"jit": "off", "synchronous_commit": "off", "tcp_keepalives_idle": "10"}},
    )


def plain_dsn(database_url: str) -> str:
    """Return the address as asyncpg itself takes it."""
    return database_url.replace("postgresql+asyncpg://", "postgresql://", 1)


def is_repeatable(error: BaseException) -> bool:
    """Say whether the transaction only lost against another one."""
    return _sqlstate(error) in _REPEATABLE


def is_unavailable(error: BaseException) -> bool:
    """Say whether the database can't be used at present, whoever asks for whatever."""
    if isinstance(error, DBAPIError):
        if error.connection_invalidated:
            return True
        state = _sqlstate(error)
        if state is not None:
            return state[:2] in _UNAVAILABLE_CLASSES
        return isinstance(error.orig.__cause__ if error.orig else None, _UNAVAILABLE_ERRORS)
    return isinstance(error, _UNAVAILABLE_ERRORS)


def describe(error: BaseException) -> str:
    """Say what went wrong without any value in it: the kinds of the error and its cause, and where in our code it arose."""
    kinds = [type(error).__name__]
    state = _sqlstate(error)
    if state:
        kinds.append(f"SQLSTATE {state}")
    if error.__cause__ is not None:
        kinds.append(f"from {type(error.__cause__).__name__}")
    place, trace = "", error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        if "site-packages" not in code.co_filename:
            place = f" in {code.co_name} of {'/'.join(code.co_filename.split('/')[-2:])}:{trace.tb_lineno}"
        trace = trace.tb_next
    return ", ".join(kinds) + place


def _sqlstate(error: BaseException) -> str | None:
    original = error.orig if isinstance(error, DBAPIError) else error
    state = getattr(original, "sqlstate", None)
    return state if isinstance(state, str) else None


def _to_json(value: Any) -> str:
    return to_json(value).decode()
