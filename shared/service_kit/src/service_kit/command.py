"""`python -m <service> [serve|migrate|replay|openapi]`."""

import asyncio
import gc
import json
import sys
from collections.abc import Callable
from pathlib import Path

import uvicorn
from fastapi import FastAPI
from pydantic import ValidationError
from sqlalchemy import text

from service_kit import logs
from service_kit.database import create_engine
from service_kit.replay import tell_again
from service_kit.settings import ServiceSettings

USAGE_EXIT = 2
STOP_SECONDS = 15
# Longer than the front door keeps an idle connection (2 min): were we to close it first, a request on its way would be lost.
KEEP_ALIVE_SECONDS = 150


def run(*, name: str, build: Callable[[], FastAPI], settings: Callable[[], ServiceSettings], migrations: Path) -> None:
    """Be the service's command line. Wrong settings end it with a sentence that names the variable."""
    command = sys.argv[1] if len(sys.argv) > 1 else "serve"
    if command not in {"serve", "migrate", "replay", "openapi"}:
        sys.exit(f"usage: python -m {name} [serve|migrate|replay|openapi]")
    try:
        known = settings()
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        variable = f"LIMBER_{'_'.join(str(part) for part in first['loc'])}".upper()
        print(f"{name}: the setting {variable} is wrong: {first['msg']}", file=sys.stderr)
        sys.exit(USAGE_EXIT)
    logs.configure(service=name, level=known.log_level)
    if command == "migrate":
        from service_kit.migrations import migrate  # noqa: PLC0415 - a service that serves shall not wait for Alembic

        migrate(database_url=known.full_database_url(), migrations=migrations)
    elif command == "replay":
        print(asyncio.run(_replay(known)))
    elif command == "openapi":
        print(json.dumps(build().openapi(), indent=2, ensure_ascii=False))
    else:
        app = build()
        # What is there now stays for good: the collector need not look at it again, nor as often as for a short script.
        gc.collect()
        gc.freeze()
        gc.set_threshold(50_000, 20, 20)
        uvicorn.run(
            app,
            host=known.http_host,
            port=known.http_port,
            loop="uvloop",
            access_log=False,
            log_config=None,
            timeout_graceful_shutdown=STOP_SECONDS,
            timeout_keep_alive=KEEP_ALIVE_SECONDS,
            proxy_headers=True,
        )


async def _replay(settings: ServiceSettings) -> int:
    engine = create_engine(settings.full_database_url())
    try:
        async with engine.connect() as conn:
            if not (await conn.execute(text("SELECT pg_try_advisory_lock(hashtext('active instance'))"))).scalar_one():
                sys.exit("The service is running: stop it first, or it would consume while the streams are rebuilt.")
            return await tell_again(engine)
    finally:
        await engine.dispose()
