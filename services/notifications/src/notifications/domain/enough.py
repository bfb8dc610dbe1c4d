"""How much a person may hear from us: not too much in a day, and never the same twice in an hour."""

import hashlib
from datetime import datetime, time, timedelta
from uuid import UUID

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


def words_digest(*, participant_id: UUID, channel: Channel, subject: str | None, body: str) -> str:
    """A digest by which the same words to the same person are known again, and nothing else."""
    return hashlib.sha256("\0".join((str(participant_id), channel, subject or "", body)).encode()).hexdigest()
