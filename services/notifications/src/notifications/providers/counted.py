"""A provider whose answers are counted, so that operators see it go wrong before people do."""

from collections.abc import Callable, Collection
from uuid import UUID

from notifications.use_cases.provider import Accepted, Answer, Letter, NotBegun, Provider, Refused, Unavailable, Unclear

_OUTCOMES = {
    Accepted: "accepted",
    Refused: "refused",
    Unavailable: "unavailable",
    Unclear: "unclear",
    NotBegun: "not begun",
}


class Counted:
    """Passes everything on. `count` is told each outcome."""

    def __init__(self, provider: Provider, *, count: Callable[[str], None]) -> None:
        self._provider = provider
        self._count = count

    @property
    def name(self) -> str:
        """The provider's own."""
        return self._provider.name

    @property
    def at_once(self) -> int:
        """The provider's own."""
        return self._provider.at_once

    async def send(self, letter: Letter) -> Answer:
        """Hand the message over."""
        answer = await self._provider.send(letter)
        self._count(_OUTCOMES[type(answer)])
        return answer

    async def find(self, references: Collection[UUID]) -> frozenset[UUID] | None:
        """Ask the provider."""
        return await self._provider.find(references)

    async def close(self) -> None:
        """Let the provider go."""
        await self._provider.close()
