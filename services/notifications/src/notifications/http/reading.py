"""How routes get at what they show."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

from notifications.use_cases.views import Views

Reading = Callable[[], AbstractAsyncContextManager[Views]]
