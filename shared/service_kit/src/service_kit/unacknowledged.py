"""Finds messages that the broker delivers again and again and that no handler ever sees.

Every way that is known to lose sight of a message is closed; this is for the one that isn't. The sign is a durable that has
messages delivered more than once while the oldest of what it waits for stays the same.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from nats.js.api import ConsumerInfo

TOO_LONG = timedelta(minutes=5)


@dataclass(slots=True)
class Unacknowledged:
    """What was seen of each durable: where its acknowledgements stand still, and since when."""

    _standing: dict[str, tuple[int, datetime]] = field(default_factory=dict)

    def look(self, durable: str, info: ConsumerInfo, now: datetime) -> None:
        """Take note of one look at a durable, in real time."""
        floor = info.ack_floor.stream_seq if info.ack_floor else 0
        if not info.num_redelivered or not info.num_ack_pending:
            self._standing.pop(durable, None)
        elif self._standing.get(durable, (None,))[0] != floor:
            self._standing[durable] = (floor, now)

    def standing_still(self, durable: str, now: datetime) -> timedelta:
        """Return for how long a durable has stood still; zero for one that moves."""
        since = self._standing.get(durable, (0, now))[1]
        return now - since

    def problems(self, now: datetime) -> list[str]:
        """Return a sentence for each durable that has stood still for five minutes."""
        return [
            f"messages of {durable} have been delivered again and again since {since:%H:%M} UTC, and nothing acknowledges them"
            for durable, (_, since) in sorted(self._standing.items())
            if now - since >= TOO_LONG
        ]
