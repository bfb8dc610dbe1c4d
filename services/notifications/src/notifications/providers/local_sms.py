"""A provider of text messages for trying and testing: they end in the local mailbox."""

from collections.abc import Callable, Collection
from datetime import datetime
from uuid import UUID

from notifications.domain.message import Channel
from notifications.domain.sms import parts
from notifications.use_cases.mailbox import Delivered, Mailbox
from notifications.use_cases.provider import Accepted, Answer, Letter, Unclear


class LocalSms:
    """Puts text messages into the mailbox, and can be asked for them by reference."""

    name = "local_sms"
    at_once = 1000

    def __init__(self, *, mailbox: Mailbox, new_id: Callable[[], UUID], now: Callable[[], datetime]) -> None:
        self._mailbox = mailbox
        self._new_id = new_id
        self._now = now

    async def send(self, letter: Letter) -> Answer:
        """Deliver it. Where the mailbox fails it can't be said whether it is there."""
        delivered = Delivered(
            id=self._new_id(),
            reference=str(letter.reference),
            channel=Channel.SMS,
            recipient=letter.to,
            subject=None,
            body=letter.words.body,
            sms_parts=parts(letter.words.body),
            received_at=self._now(),
        )
        try:
            await self._mailbox.put(delivered)
        except Exception:  # noqa: BLE001 - whatever went wrong, it may have been stored before
            return Unclear()
        return Accepted()

    async def find(self, references: Collection[UUID]) -> frozenset[UUID] | None:
        """Which of these are in the mailbox."""
        return frozenset(map(UUID, await self._mailbox.holds([str(reference) for reference in references])))

    async def close(self) -> None:
        """Nothing is held."""
