"""What time it is. Domain time can be moved outside production, so that weeks can be tried in minutes; real time can't."""

from datetime import UTC, datetime, timedelta


class Clock:
    """Domain time is real time plus an offset. Retries, waits, retention, tokens and ids use real time."""

    def __init__(self) -> None:
        self._offset = timedelta()

    @property
    def offset(self) -> timedelta:
        """How far domain time is ahead of real time."""
        return self._offset

    def move_to(self, offset: timedelta) -> bool:
        """Set the offset and say whether it changed."""
        changed = offset != self._offset
        self._offset = offset
        return changed

    def now(self) -> datetime:
        """Return domain time, in UTC."""
        return datetime.now(UTC) + self._offset

    def real_now(self) -> datetime:
        """Return real time, in UTC."""
        return datetime.now(UTC)
