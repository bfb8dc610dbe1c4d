"""By when somebody has to look at a referral, in working days where the programme runs."""

from collections.abc import Container
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

LOCAL_TIME = ZoneInfo("Europe/London")
END_OF_WORK = time(17)
# A red flag within one working day; the rest is this service's own promise.
RED_FLAG_DAYS = 1
OTHER_DAYS = 2
_SATURDAY = 5


def review_due(*, received_at: datetime, red_flag: bool, bank_holidays: Container[date]) -> datetime:
    """Return the end of the working day by which a clinician has to have looked: one after it came, two without a red flag.

    The day on which it came doesn't count; Saturdays, Sundays and bank holidays are no working days.
    """
    day = received_at.astimezone(LOCAL_TIME).date()
    for _ in range(RED_FLAG_DAYS if red_flag else OTHER_DAYS):
        day = _next_working_day(day, bank_holidays)
    return datetime.combine(day, END_OF_WORK, LOCAL_TIME)


def _next_working_day(day: date, bank_holidays: Container[date]) -> date:
    day += timedelta(days=1)
    while day.weekday() >= _SATURDAY or day in bank_holidays:
        day += timedelta(days=1)
    return day
