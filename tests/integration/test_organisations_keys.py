"""API keys of outside organisations, at the running service."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from support.enrolment_bench import TOKENS, EnrolmentBench, enrolment, running_enrolment
from support.servers import Broker, Database

__all__ = ["enrolment"]


async def ask(bench: EnrolmentBench, key: str, scheme: str = "Bearer") -> httpx.Response:
    return await bench.http.get("/enrolment/organisation", headers={"Authorization": f"{scheme} {key}"})


async def test_a_key_names_its_organisation_and_channel(enrolment: EnrolmentBench) -> None:
    response = await ask(enrolment, await enrolment.api_key("A81001"))
    assert (response.status_code, response.json()) == (200, {"organisation": "A81001", "channel": "gp"})


async def test_only_the_hash_of_a_key_is_stored(enrolment: EnrolmentBench) -> None:
    key = await enrolment.api_key("A81001")
    [row] = await enrolment.query("SELECT * FROM api_keys")
    assert key not in str(dict(row))


@pytest.mark.parametrize(
    "what_happened",
    [
        "UPDATE api_keys SET revoked_at = now()",
        "UPDATE api_keys SET expires_at = now()",
        "UPDATE api_keys SET key_hash = 'of another'",
    ],
    ids=["revoked", "expired", "another secret"],
)
async def test_a_key_that_is_not_valid_is_refused(enrolment: EnrolmentBench, what_happened: str) -> None:
    key = await enrolment.api_key("A81001")
    await enrolment.query(what_happened)
    response = await ask(enrolment, key)
    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"] == "Bearer"
    assert "valid API key" in response.json()["error"]


@pytest.mark.parametrize("key", ["", "x", "limber_0123456789abcdef_unknown", TOKENS["admin"]])
async def test_what_is_no_key_is_refused(enrolment: EnrolmentBench, key: str) -> None:
    assert (await ask(enrolment, key)).status_code == 401


async def test_a_key_does_not_come_in_as_staff(enrolment: EnrolmentBench) -> None:
    key = await enrolment.api_key("A81001")
    response = await enrolment.http.get("/enrolment/participants", headers={"Authorization": f"Bearer {key}"})
    assert response.status_code == 401


@pytest.fixture
async def slow(
    database: Callable[[str], Awaitable[Database]], nats_server: Broker, folder: Path
) -> AsyncIterator[EnrolmentBench]:
    """A service that takes two requests at once from an organisation and then one every ten seconds."""
    limits: dict[str, Any] = {"organisation_burst": 2, "organisation_requests_per_second": 0.1}
    async with running_enrolment(await database("enrolment"), nats_server, folder, **limits) as bench:
        yield bench


async def test_an_organisation_that_asks_too_often_hears_when_to_come_again(slow: EnrolmentBench) -> None:
    key, other = await slow.api_key("A81001"), await slow.api_key("B82002")
    assert [(await ask(slow, key)).status_code for _ in range(3)] == [200, 200, 429]
    refused = await ask(slow, key)
    assert 1 <= int(refused.headers["Retry-After"]) <= 10
    assert "Too many requests" in refused.json()["error"]
    assert (await ask(slow, other)).status_code == 200
