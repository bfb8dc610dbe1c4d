"""Which provider carries a channel at the moment: the first, or the second while the first is down."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from notifications.domain.breaker import Breaker, Rule
from notifications.domain.message import Channel
from notifications.use_cases.provider import Accepted, Answer, Provider, Refused


@dataclass(frozen=True, slots=True)
class Standing:
    """How a provider stands: the messages of its channel go to it, or not while it is left alone."""

    channel: Channel
    provider: Provider
    left_alone: bool


class Carriers:
    """The providers of each channel in the order in which they are preferred, and how each has been answering.

    A message stays with the provider that it was given to until that one surely doesn't have it, so two never carry the same.
    What is known of a provider is this process's own: a restart asks the first one again.
    """

    def __init__(self, by_channel: Mapping[Channel, Sequence[Provider]], *, rule: Rule | None = None) -> None:
        """`rule` says when a provider is left alone."""
        self._by_channel = {channel: tuple(providers) for channel, providers in by_channel.items() if providers}
        self._breakers = {provider.name: Breaker(rule=rule or Rule()) for provider in self.all()}

    @property
    def channels(self) -> Collection[Channel]:
        """The channels that have a provider."""
        return self._by_channel.keys()

    def all(self) -> list[Provider]:
        """Every provider."""
        return [provider for providers in self._by_channel.values() for provider in providers]

    def named(self, name: str | None) -> Provider | None:
        """The provider of that name; None where it is no longer in use."""
        return next((provider for provider in self.all() if provider.name == name), None)

    def carrier(self, channel: Channel, *, real_now: datetime) -> Provider:
        """The first provider of the channel that isn't left alone; the very first where all are. KeyError where it has none."""
        providers = self._by_channel[channel]
        working = (provider for provider in providers if not self._breakers[provider.name].is_open(real_now=real_now))
        return next(working, providers[0])

    def heard(self, name: str, answers: Iterable[Answer], *, real_now: datetime) -> None:
        """Take note of how a provider answered, in order."""
        breaker = self._breakers[name]
        for answer in answers:
            there = isinstance(answer, Accepted | Refused)
            breaker = breaker.took_one() if there else breaker.took_none(real_now=real_now)
        self._breakers[name] = breaker

    def standings(self, *, real_now: datetime) -> list[Standing]:
        """Every provider and whether it is left alone, for people to see."""
        return [
            Standing(channel, provider, self._breakers[provider.name].is_open(real_now=real_now))
            for channel, providers in self._by_channel.items()
            for provider in providers
        ]
