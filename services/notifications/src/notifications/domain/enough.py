"""How much a person may hear from us: not too much in a day, and never the same twice in an hour."""

import hashlib
from datetime import datetime, time, timedelta

from notifications.domain.message import Channel
from notifications.domain.quiet_hours import LOCAL_TIME, OPENS

MOST_A_DAY = 4
SAME_WORDS_AFTER = timedelta(hours=1)


def day_began_at(*, now: datetime) -> datetime:
    """Midnight in Europe/London before `now`."""
    return datetime.combine(now.astimezone(LOCAL_TIME).date(), time(), tzinfo=LOCAL_TIME)


def next_morning(*, now: datetime) -> datetime:
    """The opening hour of the day after `now` in Europe/London."""
    tomorrow = now.astimezone(LOCAL_TIME).date() + timedelta(days=1)
    return datetime.combine(tomorrow, OPENS, tzinfo=LOCAL_TIME).astimezone(now.tzinfo)


def words_digest(*, channel: Channel, subject: str | None, body: str) -> str:
    """A digest by which the same words are known again. Not the person's, whom a merge may have given another id since."""
    return hashlib.sha256("\0".join((channel, subject or "", body)).encode()).hexdigest()
