"""What every message from outside is read with."""

import hashlib

from enrolment.use_cases.known import Sender
from service_kit.envelope import Event, UnreadableError


def sender_of(nats_subject: str) -> Sender:
    """Return the sender that the broker's permissions vouch for: `intake.<channel>.<organisation>.…`."""
    _, channel, organisation, *_ = nats_subject.split(".")
    return Sender(channel, organisation)


def digest_of(event: Event) -> str:
    """Return what tells this body from another; the same bytes as another type are another message."""
    return hashlib.sha256(f"{event.type}\n{event.content_type}\n".encode() + event.data).hexdigest()


def required(text: str, field: str) -> str:
    """Return the text without the spaces around it; UnreadableError if nothing is left or if it is no text."""
    stripped = text.strip()
    if not stripped:
        raise UnreadableError(f"The field {field} is wrong: it must not be blank.", field=field)
    if "\x00" in stripped:
        raise UnreadableError(f"The field {field} is wrong: it holds a character that is no text.", field=field)
    return stripped


def optional(text: str | None, field: str) -> str | None:
    """Return the text as `required` does; blank is None."""
    return required(text, field) if text and text.strip() else None
