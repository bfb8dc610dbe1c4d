"""A feed of activities has a page to read: its items become entries of the directory, or leave it."""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from outcomes.domain.feeds import Feed, Item, NotRead, Page, after_failure, after_page

Fetch = Callable[[Feed], Awaitable[Page | NotRead]]


class Records(Protocol):
    """Where feeds and the directory are kept."""

    async def feed_to_read(self, *, real_now: datetime) -> Feed | None:
        """The feed whose next page has waited longest."""

    async def locked_feed(self, code: str) -> Feed | None:
        """The feed, locked until the transaction ends."""

    async def save_feed(self, feed: Feed) -> None:
        """Keep how far a feed was read."""

    async def keep_items(self, feed: Feed, items: Sequence[Item], *, now: datetime) -> None:
        """Add or replace the entries of these items, and remove those of items that left."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Harvesting:
    """What harvesting needs: transactions, the way outside, and the real clock, by which others are asked."""

    open_records: Callable[[], AbstractAsyncContextManager[Records]]
    fetch: Fetch
    real_now: Callable[[], datetime]


async def harvest_feeds(harvesting: Harvesting, *, now: datetime) -> int:
    """Read one page of one feed that is due, and return how many pages were read.

    Nothing is locked while the page is fetched. Where another instance read the same page meanwhile, theirs counts; a page and
    where to go on are kept together, so that a feed of any length is gone on with after a stop.
    """
    async with harvesting.open_records() as records:
        due = await records.feed_to_read(real_now=harvesting.real_now())
    if due is None:
        return 0
    found = await harvesting.fetch(due)
    async with harvesting.open_records() as records:
        feed = await records.locked_feed(due.code)
        if feed is None or (feed.next_url, feed.pages) != (due.next_url, due.pages):
            return 1
        if isinstance(found, NotRead):
            await records.save_feed(after_failure(feed, found, real_now=harvesting.real_now()))
        else:
            await records.keep_items(feed, found.items, now=now)
            await records.save_feed(after_page(feed, found, now=now, real_now=harvesting.real_now()))
    return 1
