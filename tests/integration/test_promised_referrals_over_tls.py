"""Promised referrals fetched over TLS, with a bearer token from the file that the operator keeps."""

import json
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from limber_embedded import certificates
from support.elsewhere import Elsewhere, allow, announce, serving
from support.enrolment_bench import EnrolmentBench, bearer, eventually, referral, running_enrolment
from support.servers import Broker, Database

Together = Callable[..., Any]


@pytest.fixture
async def together(
    database: Callable[[str], Awaitable[Database]], nats_server: Broker, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Together]:
    """The service, which trusts one authority, and a server whose certificate, for a name, is that authority's or another's."""
    stack = AsyncExitStack()

    @asynccontextmanager
    async def start(name: str, *, authority: str = "ours") -> AsyncIterator[tuple[EnrolmentBench, Elsewhere]]:
        for each in ("ours", "theirs"):
            certificates.ensure(folder / each / "tls", names=[name])
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(folder / authority / "tls" / "server.pem", folder / authority / "tls" / "server.key")
        monkeypatch.setenv("SSL_CERT_FILE", str(folder / "ours" / "tls" / "ca.pem"))
        there = await stack.enter_async_context(serving(context))
        there.body = json.dumps(referral(1)).encode()
        tokens = folder / "tokens.json"
        tokens.write_text(json.dumps({f"127.0.0.1:{there.port}": "a-token-of-a-test", "elsewhere.example.org:443": "another"}))
        async with running_enrolment(await database("enrolment"), nats_server, folder, fetch_tokens_file=tokens) as bench:
            await allow(bench, there)
            yield bench, there

    yield start
    await stack.aclose()


async def test_a_referral_is_fetched_over_tls_with_the_token_of_its_host(together: Together) -> None:
    async with together("127.0.0.1") as (enrolment, there):
        practice = await enrolment.practice("A81001")
        event_id = await announce(practice, there.address)
        assert (await practice.receipts_of(event_id, at_least=2))[1]["status"] == "accepted"
        [asked] = there.asked
        assert (asked["authorization"], asked["host"]) == ("bearer a-token-of-a-test", f"127.0.0.1:{there.port}")


@pytest.mark.parametrize(("name", "authority"), [("127.0.0.1", "theirs"), ("elsewhere.example.org", "ours")])
async def test_a_server_that_cannot_prove_who_it_is_gets_no_token_and_staff_see_why(
    together: Together, name: str, authority: str
) -> None:
    async with together(name, authority=authority) as (enrolment, there):
        practice = await enrolment.practice("A81001")
        await announce(practice, there.address)

        async def tried() -> Any:
            found = await enrolment.http.get("/enrolment/promised-referrals", headers=bearer("coordinator"))
            return [each for each in found.json() if each["problem"]]

        [found] = await eventually(tried)
        assert (found["state"], found["problem"]) == ("waiting", "no_connection")
        assert there.asked == []
