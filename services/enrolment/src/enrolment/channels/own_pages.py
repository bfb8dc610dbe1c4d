"""What our own pages for people and staff work with."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from enrolment.http.limits import Limit
from enrolment.use_cases.receive_referral import Rules
from page_base.pages import Pages
from service_kit.access import Access


@dataclass(frozen=True, kw_only=True)
class OwnPages:
    """`transaction` commits at its end and wakes whoever tells what is in the outbox; `now` is domain time.

    `limit` makes a limit of so many requests a second and so many at once, by its name.
    """

    transaction: Callable[[], AbstractAsyncContextManager[AsyncConnection]]
    reading: Callable[[], AbstractAsyncContextManager[AsyncConnection]]
    rules: Rules
    now: Callable[[], datetime]
    new_id: Callable[[], UUID]
    new_token: Callable[[], str]
    pages: Pages
    access: Access
    limit: Callable[[str, float, int], Limit]
