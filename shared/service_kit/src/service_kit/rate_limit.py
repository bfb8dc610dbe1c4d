"""How often somebody may ask: a bucket of tokens for each key, in this process's memory."""

from dataclasses import dataclass, field

_MOST_BUCKETS = 10_000


@dataclass(slots=True, kw_only=True)
class RateLimit:
    """`burst` requests at once, and `per_second` over time, for each key. Both greater than 0.

    Buckets that are full again are forgotten when there are many, so that keys from outside can't fill the memory.
    """

    per_second: float
    burst: int
    _buckets: dict[str, tuple[float, float]] = field(default_factory=dict)

    def seconds_to_wait(self, key: str, *, now: float) -> float:
        """Count one request at `now` (seconds of a clock that never goes back): 0 if it may go on, else how long to wait."""
        tokens, at = self._buckets.get(key, (float(self.burst), now))
        tokens = min(float(self.burst), tokens + (now - at) * self.per_second)
        if tokens < 1:
            self._buckets[key] = (tokens, now)
            return (1 - tokens) / self.per_second
        if len(self._buckets) >= _MOST_BUCKETS:
            self._forget_full(now)
        self._buckets[key] = (tokens - 1, now)
        return 0.0

    def _forget_full(self, now: float) -> None:
        refill = self.burst / self.per_second
        self._buckets = {key: (tokens, at) for key, (tokens, at) in self._buckets.items() if now - at < refill}
