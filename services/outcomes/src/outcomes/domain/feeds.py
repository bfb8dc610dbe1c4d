"""Feeds of activities that others publish: where reading goes on, and how long what they say is believed."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from outcomes.domain.signposting import LocalService

READ_AGAIN_AFTER = timedelta(hours=6)
TRY_AGAIN_AFTER = (timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1), timedelta(hours=6))
# Entries of a feed that can't be reached are no longer shown after this time: who published them can't take them back.
BELIEVED_FOR_DAYS = 28


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """A feed and the page that is read next. `next_at` is by the real clock.

    `heard_at`, in domain time, is when it last answered. `attempts` failed in a row, the last with `problem` (a code).
    """

    code: str
    url: str
    next_url: str
    next_at: datetime
    heard_at: datetime | None = None
    pages: int = 0
    attempts: int = 0
    problem: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One item of a page: an entry of the directory, or None for what was deleted, cancelled, or doesn't suit the people here."""

    item: str
    service: LocalService | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page of a feed, and the address of the page after it; the last page names itself."""

    items: tuple[Item, ...]
    next_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NotRead:
    """Why a page could not be read, as a code."""

    problem: str


def after_page(feed: Feed, page: Page, *, now: datetime, real_now: datetime) -> Feed:
    """Go on with the next page at once; from the last page, which is empty or names itself, later again."""
    is_last = not page.items or page.next_url == feed.next_url
    return replace(
        feed,
        next_url=page.next_url,
        next_at=real_now + READ_AGAIN_AFTER if is_last else real_now,
        heard_at=now,
        pages=feed.pages + 1,
        attempts=0,
        problem=None,
    )


def after_failure(feed: Feed, why: NotRead, *, real_now: datetime) -> Feed:
    """Try the same page again, later and later."""
    wait = TRY_AGAIN_AFTER[min(feed.attempts, len(TRY_AGAIN_AFTER) - 1)]
    return replace(feed, next_at=real_now + wait, attempts=feed.attempts + 1, problem=why.problem)
