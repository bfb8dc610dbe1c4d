from collections.abc import AsyncIterator

import httpx
import pytest

from support.demo_pages.app import Switches, demo_app


@pytest.fixture
def switches() -> Switches:
    return Switches()


@pytest.fixture
async def browser(switches: Switches) -> AsyncIterator[httpx.AsyncClient]:
    async with _client(switches, accept="text/html,application/xhtml+xml,*/*;q=0.8") as client:
        yield client


@pytest.fixture
async def program(switches: Switches) -> AsyncIterator[httpx.AsyncClient]:
    async with _client(switches, accept="*/*") as client:
        yield client


def _client(switches: Switches, *, accept: str) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app=demo_app(switches), raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url="http://limber.example", headers={"Accept": accept})
