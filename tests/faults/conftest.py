"""One home for each module: what a test breaks is mended before the next begins, which each proves by adding up at its end."""

from collections.abc import AsyncIterator, Iterator

import pytest

from support.embedded import Limber, limber_in
from support.servers import short_folder
from support.whole_system import System, system_of


@pytest.fixture(scope="module")
def up() -> Iterator[Limber]:
    with short_folder() as folder, limber_in(folder / "home") as limber:
        started = limber.up()
        assert started.returncode == 0, started.stdout + started.stderr
        yield limber


@pytest.fixture
async def system(up: Limber) -> AsyncIterator[System]:
    async with system_of(up) as system:
        yield system
