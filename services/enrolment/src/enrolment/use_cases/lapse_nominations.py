"""Nobody answered: the invitation is over, and who it was is forgotten."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from enrolment.domain.nominations import Nomination
from enrolment.use_cases.answer_nominations import HeldNominations

PORTION = 500


class LapseStore(Protocol):
    """The database, as far as it needs to be known whose time is over, within one transaction."""

    async def lapsing(self, *, now: datetime, limit: int) -> HeldNominations:
        """Lock and load nominations whose time is over, with all others that invite the same people."""

    async def save(self, held: HeldNominations) -> None:
        """Write what changed."""


async def lapse_nominations(*, store: LapseStore, now: datetime) -> Sequence[Nomination]:
    """End one portion of the invitations whose time is over, and return them."""
    held = await store.lapsing(now=now, limit=PORTION)
    invited = [each for each in held.nominations.values() if each.status == "invited"]
    over = [each.become("lapsed", now=now) for each in invited if each.lapses_at <= now]
    for nomination in over:
        held.put(nomination)
    await store.save(held)
    return over
