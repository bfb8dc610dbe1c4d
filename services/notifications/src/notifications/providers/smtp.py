"""Email by SMTP, over connections that are kept for the next message."""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import aiosmtplib

from notifications.providers.mail_text import UnwritableError, write_mail
from notifications.use_cases.mailbox import Mailbox
from notifications.use_cases.provider import Accepted, Answer, Letter, Refused, Unavailable, Unclear

_PERMANENT = range(500, 600)


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpServer:
    """Where the server is and who we are to it; `timeout` in seconds, for a whole message."""

    host: str
    port: int
    sender: str
    sender_name: str
    user: str | None = None
    password: str | None = None
    start_tls: bool | None = None
    connections: int = 10
    timeout: float = 8


class Smtp:
    """Hands emails to an SMTP server.

    Up to the DATA command a failure means that the server has nothing; after it, that nobody knows. A server that also keeps a
    `mailbox` can be asked; any other can't.
    """

    def __init__(self, server: SmtpServer, *, name: str, now: Callable[[], datetime], mailbox: Mailbox | None = None) -> None:
        self.name = name
        self.at_once = server.connections
        self._server = server
        self._now = now
        self._mailbox = mailbox
        self._idle: list[aiosmtplib.SMTP] = []

    async def send(self, letter: Letter) -> Answer:
        """Hand it over; a permanent refusal (5xx) is final, everything else before the text was sent may be tried again."""
        try:
            mail = write_mail(letter=letter, sender=self._server.sender, sender_name=self._server.sender_name, at=self._now())
        except UnwritableError:
            return Refused()
        given: list[bool] = []
        try:
            async with asyncio.timeout(self._server.timeout):
                return await self._send(letter.to, mail, given)
        except aiosmtplib.SMTPDataError as error:
            return Refused() if error.code in _PERMANENT else Unavailable()
        except (aiosmtplib.SMTPException, OSError, TimeoutError, ValueError):
            return Unclear() if given else Unavailable()

    async def find(self, references: Collection[UUID]) -> frozenset[UUID] | None:
        """Which of these are in the mailbox behind the server; None where there is none to ask."""
        if self._mailbox is None:
            return None
        return frozenset(map(UUID, await self._mailbox.holds([str(reference) for reference in references])))

    async def close(self) -> None:
        """Let go of the connections."""
        while self._idle:
            self._idle.pop().close()

    async def _send(self, to: str, mail: bytes, given: list[bool]) -> Answer:
        async with self._connection(to) as (client, answer):
            if answer is not None:
                return answer
            given.append(True)
            await client.data(mail)
            return Accepted()

    @asynccontextmanager
    async def _connection(self, to: str) -> AsyncIterator[tuple[aiosmtplib.SMTP, Answer | None]]:
        client = self._idle.pop() if self._idle else None
        if client is not None:
            try:
                answer = await self._address(client, to)
            except (aiosmtplib.SMTPException, OSError):
                # The server had closed the kept connection; nothing was given to it.
                client.close()
                client = None
        if client is None:
            client = self._new()
            try:
                await client.connect()
                answer = await self._address(client, to)
            except BaseException:
                client.close()
                raise
        try:
            yield client, answer
            if answer is not None:
                await client.rset()
        except BaseException:
            client.close()
            raise
        self._idle.append(client)

    async def _address(self, client: aiosmtplib.SMTP, to: str) -> Answer | None:
        try:
            await client.mail(self._server.sender)
            await client.rcpt(to)
        except (aiosmtplib.SMTPSenderRefused, aiosmtplib.SMTPRecipientRefused) as error:
            if error.code == aiosmtplib.SMTPStatus.domain_unavailable:
                raise
            return Refused() if error.code in _PERMANENT else Unavailable()
        return None

    def _new(self) -> aiosmtplib.SMTP:
        server = self._server
        return aiosmtplib.SMTP(
            hostname=server.host,
            port=server.port,
            username=server.user,
            password=server.password,
            start_tls=server.start_tls,
            timeout=server.timeout,
            local_hostname="limber",
        )
