"""A message that comes with a request and is answered at once: the same claim, decision and outbox as one from the broker."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from enrolment.domain.reason import Reason
from enrolment.domain.receipts import Receipt
from enrolment.messaging import publish
from enrolment.messaging.consume import DURABLE
from enrolment.messaging.reading import digest_of
from enrolment.use_cases.answer_messages import Message, answer_messages
from enrolment.use_cases.known import IntakeStore, Sender, Sent
from enrolment.use_cases.receive_referral import Rules
from service_kit import inbox, outbox
from service_kit.clock import Clock
from service_kit.database import is_repeatable
from service_kit.envelope import Event
from service_kit.inbox import Claim

_MOST_TRIES = 5


class _NothingTakenError(Exception):
    """Undoes the transaction: the message had no effect, so that its sender may mend it and send it again under its id."""

    def __init__(self, receipt: Receipt) -> None:
        super().__init__()
        self.receipt = receipt


@dataclass(frozen=True, kw_only=True)
class DirectIntake:
    """Takes messages one at a time, at most once by sender and id, whichever road they come by."""

    transaction: Callable[[], AbstractAsyncContextManager[AsyncConnection]]
    clock: Clock
    rules: Rules
    store: Callable[[AsyncConnection, datetime], IntakeStore]
    new_id: Callable[[], UUID]

    async def take(
        self,
        read: Callable[[Sent], Message],
        *,
        sender: Sender,
        event_type: str,
        event_id: str,
        correlation_id: str | None,
        content_type: str,
        body: bytes,
    ) -> Receipt:
        """Answer one message. What changes nothing leaves no trace: it may be mended and sent again under the same id.

        An id that came before is answered `duplicate` (message_already_received), with another body `invalid` (event_id_reused).
        """
        event = Event(
            id=event_id,
            source=f"urn:limber:{sender.channel}:{sender.organisation}",
            type=event_type,
            time=None,
            subject=None,
            content_type=content_type,
            data=body,
            correlation_id=correlation_id,
            nats_subject=f"intake.{sender.channel}.{sender.organisation}",
        )
        message = read(Sent(sender=sender, event_id=event_id, body_digest=digest_of(event)))
        tries = 0
        while True:
            tries += 1
            try:
                async with self.transaction() as conn:
                    return await self._take(conn, message, event)
            except _NothingTakenError as nothing:
                return nothing.receipt
            except Exception as error:
                if not is_repeatable(error) or tries >= _MOST_TRIES:
                    raise

    async def _take(self, conn: AsyncConnection, message: Message, event: Event) -> Receipt:
        now = self.clock.now()
        sender = message.sent.sender
        claim = Claim(DURABLE, f"{sender.channel}.{sender.organisation}", event.id, inbox.digest_of(event.data))
        claimed, _ = await inbox.claim(conn, [claim], self.clock.real_now())
        if not claimed:
            same = (await inbox.digests(conn, [claim])).get(claim.identity) == claim.body_digest
            raise _NothingTakenError(_repeated(message, same_body=same, now=now))
        [outcome] = await answer_messages([message], store=self.store(conn, now), rules=self.rules, now=now, new_id=self.new_id)
        if not _had_effect(outcome.receipt):
            raise _NothingTakenError(outcome.receipt)
        await outbox.add(conn, list(publish.events_of(outcome, because=event)))
        return outcome.receipt


def _had_effect(receipt: Receipt) -> bool:
    return receipt.status != "invalid" and receipt.first_status is None


def _repeated(message: Message, *, same_body: bool, now: datetime) -> Receipt:
    reason = Reason("message_already_received", "The same message was received before.")
    if not same_body:
        reason = Reason("event_id_reused", "Another message came under this id before; this one changed nothing.", "id")
    return Receipt(
        channel=message.sent.sender.channel,
        organisation=message.sent.sender.organisation,
        event_id=message.sent.event_id,
        sequence=1,
        status="duplicate" if same_body else "invalid",
        reasons=(reason,),
        decided_at=now,
    )
