"""Messages go between 08:00 and 20:00 where people live, whatever the clocks do that night."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

LOCAL_TIME = ZoneInfo("Europe/London")
OPENS = time(8)
CLOSES = time(20)


def may_go_at(*, now: datetime) -> datetime:
    """The earliest instant from `now` on at which a message may go: `now` itself, or the next 08:00."""
    local = now.astimezone(LOCAL_TIME)
    if OPENS <= local.time() < CLOSES:
        return now
    day = local.date() if local.time() < OPENS else local.date() + timedelta(days=1)
    return datetime.combine(day, OPENS, tzinfo=LOCAL_TIME).astimezone(now.tzinfo)
