"""When a provider that is down is left alone, so that a second one takes over."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A provider that took nothing for `down_for` and at least `failures` messages in a row is left alone so long."""

    down_for: timedelta = timedelta(minutes=1)
    failures: int = 5
    left_alone_for: timedelta = timedelta(minutes=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Breaker:
    """How a provider has been answering; all times are real ones.

    It opens and stays open as its rule says, and opens again at once if the provider then still takes nothing.
    """

    rule: Rule = field(default_factory=Rule)
    failures: int = 0
    failing_since: datetime | None = None
    opened_at: datetime | None = None

    def is_open(self, *, real_now: datetime) -> bool:
        """Whether the provider is left alone now."""
        return self.opened_at is not None and real_now < self.opened_at + self.rule.left_alone_for

    def took_one(self) -> "Breaker":
        """The provider answered, be it with a refusal: it is there."""
        return Breaker(rule=self.rule)

    def took_none(self, *, real_now: datetime) -> "Breaker":
        """The provider could not be reached, or failed."""
        since = self.failing_since or real_now
        failures = self.failures + 1
        down = self.opened_at is not None or (failures >= self.rule.failures and real_now - since >= self.rule.down_for)
        opened_at = real_now if down and not self.is_open(real_now=real_now) else self.opened_at
        return replace(self, failures=failures, failing_since=since, opened_at=opened_at)
