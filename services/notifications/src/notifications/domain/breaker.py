"""When a provider that is down is left alone, so that a second one takes over."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

DOWN_FOR = timedelta(minutes=1)
FAILURES = 5
LEFT_ALONE_FOR = timedelta(minutes=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Breaker:
    """How a provider has been answering; all times are real ones.

    It opens when the provider took nothing for `DOWN_FOR` and at least `FAILURES` messages in a row, stays open for
    `LEFT_ALONE_FOR`, and opens again at once if the provider then still takes nothing.
    """

    failures: int = 0
    failing_since: datetime | None = None
    opened_at: datetime | None = None

    def is_open(self, *, real_now: datetime) -> bool:
        """Whether the provider is left alone now."""
        return self.opened_at is not None and real_now < self.opened_at + LEFT_ALONE_FOR

    def took_one(self) -> "Breaker":
        """The provider answered, be it with a refusal: it is there."""
        return Breaker()

    def took_none(self, *, real_now: datetime) -> "Breaker":
        """The provider could not be reached, or failed."""
        since = self.failing_since or real_now
        failures = self.failures + 1
        down = self.opened_at is not None or (failures >= FAILURES and real_now - since >= DOWN_FOR)
        opened_at = real_now if down and not self.is_open(real_now=real_now) else self.opened_at
        return replace(self, failures=failures, failing_since=since, opened_at=opened_at)
