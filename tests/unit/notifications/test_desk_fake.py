"""The fake desk keeps the promises of the real one."""

from collections.abc import Awaitable, Callable

import pytest

from notifications.use_cases.desk import Desk
from support.desk_promises import PROMISES
from support.notifications_fakes import FakeDesk


@pytest.mark.parametrize("promise", PROMISES, ids=lambda promise: promise.__name__)
async def test_the_fake_keeps_what_a_desk_promises(promise: Callable[[Desk], Awaitable[None]]) -> None:
    await promise(FakeDesk().desk())
