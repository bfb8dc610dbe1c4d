"""How a use case tells the other services what it decided, without knowing how they are told."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from outcomes.domain.assessment import Assessment
from outcomes.domain.concerns import Concern
from outcomes.domain.questionnaire import Questionnaire
from outcomes.domain.signposting import Signposting


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcement:
    """Something that others have to know. `because` is whatever led to it, handed back to the announcer untouched."""

    thing: Questionnaire | Assessment | Concern | Signposting
    because: object | None = None


class Announcer(Protocol):
    """Writes announcements into the transaction that decided them."""

    async def announce(self, announcements: Sequence[Announcement]) -> None:
        """Announce each, in order."""
