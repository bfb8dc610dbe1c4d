"""How many, for those who may not know who: rounded, and left out where a number would tell of few people.

A nominator knows whom it nominated, and of whom it was told that a place was found. So a count is shown only if neither it nor
what it leaves of those known is about fewer than five people; what is shown is rounded down to fives, and counts what had
happened when the month began, so that two answers can't be compared around one nomination.
"""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

FEWEST = 5
_LOCAL_TIME = ZoneInfo("Europe/London")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """What happened before some instant: nominated, of these completed, of these with a place, of these told to the sender.

    `by_poster` joined with a poster's code, whom nobody nominated.
    """

    nominated: int
    completed: int
    placed: int
    told: int
    by_poster: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What the sender sees; None is “not shown”."""

    completed: int | None
    placed: int | None
    by_poster: int | None


def shown(tally: Tally) -> Shown:
    """Return what may be shown of a tally."""
    completed = _is_safe(tally.completed, tally.nominated - tally.completed)
    # Where the completed are not shown, who has no place is counted among all who were nominated.
    without_place = (tally.completed if completed else tally.nominated) - tally.placed
    placed = _is_safe(tally.placed, without_place, tally.placed - tally.told, tally.nominated - tally.placed)
    return Shown(
        completed=_rounded(tally.completed) if completed else None,
        placed=_rounded(tally.placed) if placed else None,
        by_poster=_rounded(tally.by_poster) if _is_safe(tally.by_poster) else None,
    )


def month_began(now: datetime) -> datetime:
    """Return when the month of `now` began, where the programmes run."""
    return now.astimezone(_LOCAL_TIME).replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def _is_safe(*groups: int) -> bool:
    return all(group >= FEWEST for group in groups)


def _rounded(count: int) -> int:
    return count - count % FEWEST
