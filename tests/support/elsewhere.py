"""A GP system's server from which promised referrals are fetched, and what announces and allows it."""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from support.enrolment_bench import EnrolmentBench, Practice

AVAILABLE = "intake.gp.referral.available.v1"


@dataclass
class Elsewhere:
    """A GP system's server, which answers everything with the same."""

    port: int = 0
    status: str = "200 OK"
    content_type: str = "application/json"
    body: bytes = b""
    scheme: str = "http"
    asked: list[dict[str, str]] = field(default_factory=list)

    @property
    def address(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.port}/referral/1"

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        lines = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        self.asked.append(dict(line.lower().split(": ", 1) for line in lines[1:] if line))
        head = f"HTTP/1.1 {self.status}\r\nContent-Type: {self.content_type}\r\nContent-Length: {len(self.body)}\r\n"
        writer.write(f"{head}Location: http://127.0.0.1:1/\r\nConnection: close\r\n\r\n".encode() + self.body)
        with contextlib.suppress(ConnectionError):
            await writer.drain()
        writer.close()


@asynccontextmanager
async def serving(tls: ssl.SSLContext | None = None) -> AsyncIterator[Elsewhere]:
    """The server on a free port, over TLS where it has a certificate."""
    there = Elsewhere(scheme="https" if tls else "http")
    server = await asyncio.start_server(there.answer, "127.0.0.1", 0, ssl=tls)
    there.port = server.sockets[0].getsockname()[1]
    yield there
    server.close()


async def allow(bench: EnrolmentBench, there: Elsewhere, *, private: bool = True) -> None:
    await bench.api_key("A81001")
    await bench.query(
        "INSERT INTO fetch_hosts (channel, organisation, host, may_be_private, added_at) VALUES ('gp', 'A81001', $1, $2, now())",
        f"127.0.0.1:{there.port}",
        private,
    )


async def announce(practice: Practice, address: str, **more: Any) -> str:
    headers = {"ce_type": AVAILABLE, "ce_time": "2026-11-23T09:00:00Z", "ce_dataref": address} | more
    return await practice.send(b"", kind="referral.available.v1", **headers)
