"""A mail server for trying and testing, in the process itself: what it takes ends in the local mailbox."""

import asyncio
import email
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from email.header import decode_header, make_header
from email.message import Message as Mail
from uuid import UUID

from aiosmtpd.smtp import SMTP, Envelope, Session

from notifications.domain.message import Channel
from notifications.providers.mail_text import REFERENCE_HEADER
from notifications.use_cases.mailbox import Delivered, Mailbox

# Its logger writes addresses.
logging.getLogger("mail.log").setLevel(logging.CRITICAL)


class _Handler:
    def __init__(self, *, mailbox: Mailbox, new_id: Callable[[], UUID], now: Callable[[], datetime]) -> None:
        self._mailbox = mailbox
        self._new_id = new_id
        self._now = now

    async def handle_DATA(self, server: SMTP, _: Session, envelope: Envelope) -> str:  # noqa: N802 - the name aiosmtpd calls
        content = envelope.content
        mail = email.message_from_bytes(content if isinstance(content, bytes) else (content or "").encode())
        reference = mail.get(REFERENCE_HEADER) or mail.get("Message-ID")
        if not reference:
            return "554 5.6.0 The message has neither X-Limber-Message nor Message-ID"
        delivered = Delivered(
            id=self._new_id(),
            reference=str(reference).strip(),
            channel=Channel.EMAIL,
            recipient=", ".join(str(recipient) for recipient in envelope.rcpt_tos),
            subject=str(make_header(decode_header(mail.get("Subject", "")))),
            body=_part(mail, "text/plain") or "",
            html=_part(mail, "text/html"),
            calendar=_part(mail, "text/calendar"),
            sms_parts=None,
            received_at=self._now(),
        )
        try:
            await self._mailbox.put(delivered)
        except Exception:  # noqa: BLE001 - it may have been stored or not, so neither yes nor no would be true
            abort = getattr(server.transport, "abort", None)  # every loop's transport has it, none of their common types
            if abort is not None:
                abort()
            return "451 4.3.0 The mailbox failed"
        return "250 2.0.0 Stored"


@asynccontextmanager
async def serving_mailbox(
    *, host: str, port: int, mailbox: Mailbox, new_id: Callable[[], UUID], now: Callable[[], datetime]
) -> AsyncIterator[int]:
    """Take mail at this address while the context lasts; gives the port, which may have been asked for as 0."""
    loop = asyncio.get_running_loop()
    handler = _Handler(mailbox=mailbox, new_id=new_id, now=now)
    server = await loop.create_server(
        lambda: SMTP(handler, hostname="limber", ident="Limber mailbox", enable_SMTPUTF8=True, loop=loop), host, port
    )
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


def _part(mail: Mail, content_type: str) -> str | None:
    """The first part of that type as text; None where there is none."""
    part = next((part for part in mail.walk() if part.get_content_type() == content_type), None)
    payload = part.get_payload(decode=True) if part is not None else None
    if part is None or not isinstance(payload, bytes):
        return None
    try:
        text = payload.decode(part.get_content_charset("utf-8"), errors="replace")
    except LookupError:
        text = payload.decode("utf-8", errors="replace")
    return text.replace("\r\n", "\n").rstrip("\n")
