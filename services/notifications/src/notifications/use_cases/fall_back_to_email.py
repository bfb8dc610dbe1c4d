"""What a text message could not tell, an email tells, if the person agreed to email and it is still of use."""

from collections.abc import Callable, Sequence
from datetime import datetime
from uuid import UUID

from notifications.domain.message import Channel, Message
from notifications.use_cases.desk import Desk


async def fall_back_to_email(changed: Sequence[Message], *, desk: Desk, now: datetime, new_id: Callable[[], UUID]) -> None:
    """Plan an email in place of each of these that failed by text message for good; once for each, however often it is told."""
    failed = [message for message in changed if message.failed_by_text and now < message.useful_until]
    if not failed:
        return
    contacts = await desk.contacts.of({message.participant_id for message in failed})
    reachable = {contact.participant_id for contact in contacts.values() if contact.reachable_by(Channel.EMAIL)}
    await desk.messages.add(
        [message.by_email(new_id=new_id(), now=now) for message in failed if message.participant_id in reachable]
    )
