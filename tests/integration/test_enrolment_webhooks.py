"""Webhooks as organisations get them: signed, under one id however often, and never to a private address."""

import json
import shutil
import ssl
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from enrolment.domain.webhooks import Delivery, Endpoint
from enrolment.providers.webhooks import WebhookPost, new_secret
from limber_embedded.servers.ports import free_port
from support.enrolment_bench import EnrolmentBench, bearer, eventually, running_enrolment
from support.nominator_bench import keyed
from support.servers import Broker, Database
from support.webhook_receiver import Receiver, receiving

JUDGE = Path(__file__).parents[1] / "contract" / "webhook_judge"
WEBHOOK = "/enrolment/webhook"


@pytest.fixture
def receiver() -> Any:
    with receiving() as one:
        yield one


@pytest.fixture
async def enrolment(
    database: Callable[[str], Awaitable[Database]], nats_server: Broker, folder: Path, receiver: Receiver
) -> AsyncIterator[EnrolmentBench]:
    """Enrolment whose operator allows the receiver on this machine."""
    allowed = (f"localhost:{receiver.port}",)
    async with running_enrolment(await database("enrolment"), nats_server, folder, webhook_private_hosts=allowed) as bench:
        yield bench


async def listening(bench: EnrolmentBench, receiver: Receiver) -> tuple[dict[str, str], str]:
    """An employer that hears at the receiver: its header and its secret."""
    headers = await keyed(bench, "workplace", "ACME")
    answer = await bench.http.put(WEBHOOK, json={"url": f"http://localhost:{receiver.port}/hook"}, headers=headers)
    assert answer.status_code == 200, answer.text
    return headers, answer.json()["secret"]


async def deliveries(bench: EnrolmentBench, headers: dict[str, str]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await bench.http.get(f"{WEBHOOK}/deliveries", headers=headers)).json()
    return found


async def became(bench: EnrolmentBench, headers: dict[str, str], status: str, *, attempts: int = 1) -> dict[str, Any]:
    async def found() -> Any:
        return next(
            (one for one in await deliveries(bench, headers) if (one["status"], one["attempts"]) == (status, attempts)), None
        )

    one: dict[str, Any] = await eventually(found)
    return one


def by_npm(secret: str, headers: dict[str, str], body: bytes) -> str:
    """What npm's standardwebhooks says."""
    node = shutil.which("node")
    if node is None or not (JUDGE / "node_modules").is_dir():
        pytest.skip("npm's judge is not installed: npm ci --ignore-scripts --prefix tests/contract/webhook_judge")
    asked = json.dumps({"secret": secret, "headers": headers, "body": body.decode()})
    done = subprocess.run([node, "judge.mjs"], cwd=JUDGE, input=asked, capture_output=True, text=True, check=False)
    return done.stdout.strip()


async def test_a_webhook_is_signed_so_that_pythons_library_verifies_it(enrolment: EnrolmentBench, receiver: Receiver) -> None:
    headers, secret = await listening(enrolment, receiver)
    assert (await enrolment.http.post(f"{WEBHOOK}/test", headers=headers)).status_code == 202
    delivered = await became(enrolment, headers, "delivered")
    [(path, got, body)] = receiver.got
    assert (path, got["webhook-id"], got["content-type"]) == ("/hook", delivered["id"], "application/json")
    assert Webhook(secret).verify(body, got)["type"] == "webhook.test"
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(body + b" ", got)
    with pytest.raises(WebhookVerificationError):
        Webhook(new_secret()).verify(body, got)


async def test_a_webhook_is_signed_so_that_npms_library_verifies_it(enrolment: EnrolmentBench, receiver: Receiver) -> None:
    headers, secret = await listening(enrolment, receiver)
    await enrolment.http.post(f"{WEBHOOK}/test", headers=headers)
    await became(enrolment, headers, "delivered")
    [(_, got, body)] = receiver.got
    assert by_npm(secret, got, body) == "verified webhook.test"
    assert by_npm(new_secret(), got, body).startswith("refused")


async def test_what_fails_is_tried_again_under_the_same_id(enrolment: EnrolmentBench, receiver: Receiver) -> None:
    receiver.answers = [500, 200]
    headers, _ = await listening(enrolment, receiver)
    await enrolment.http.post(f"{WEBHOOK}/test", headers=headers)
    waiting = await became(enrolment, headers, "waiting")
    assert waiting["last_answer"] == "HTTP 500"
    assert waiting["next_try_at"] > waiting["created_at"]
    delivered = await became(enrolment, headers, "delivered", attempts=2)
    ids = {got["webhook-id"] for _, got, _ in receiver.got}
    assert ids == {delivered["id"]}
    assert len({body for _, _, body in receiver.got}) == 1


async def test_what_was_given_up_can_be_sent_again_by_the_organisation_and_by_staff(
    enrolment: EnrolmentBench, receiver: Receiver
) -> None:
    headers, _ = await listening(enrolment, receiver)
    await enrolment.http.post(f"{WEBHOOK}/test", headers=headers)
    one = await became(enrolment, headers, "delivered")
    for address, as_whom in (
        (f"{WEBHOOK}/deliveries/{one['id']}/resend", headers),
        (f"/enrolment/webhooks/{one['id']}/resend", bearer("coordinator")),
    ):
        before = len(receiver.got)
        answer = await enrolment.http.post(address, headers=as_whom)
        assert (answer.status_code, answer.json()["id"]) == (200, one["id"])

        async def came(before: int = before) -> bool:
            return len(receiver.got) > before

        await eventually(came)
        # The receiver has it before the service has noted that it came.
        await became(enrolment, headers, "delivered")
    assert {got["webhook-id"] for _, got, _ in receiver.got} == {one["id"]}
    other = await keyed(enrolment, "workplace", "BOLTS")
    refused = await enrolment.http.post(f"{WEBHOOK}/deliveries/{one['id']}/resend", headers=other)
    assert refused.status_code == 404
    assert await deliveries(enrolment, other) == []
    page = await enrolment.http.get("/enrolment/webhooks", headers=bearer("coordinator") | {"Accept": "text/html"})
    assert one["id"] in page.text


async def test_the_secret_is_shown_once_and_after_a_rotation_both_sign_for_a_day(
    enrolment: EnrolmentBench, receiver: Receiver
) -> None:
    headers, old = await listening(enrolment, receiver)
    assert "secret" not in (await enrolment.http.get(WEBHOOK, headers=headers)).json()
    again = await enrolment.http.put(WEBHOOK, json={"url": f"http://localhost:{receiver.port}/other"}, headers=headers)
    assert "secret" not in again.json()
    new = (await enrolment.http.post(f"{WEBHOOK}/secret", headers=headers)).json()["secret"]
    assert new != old
    await enrolment.http.post(f"{WEBHOOK}/test", headers=headers)
    await became(enrolment, headers, "delivered")
    [(path, got, body)] = receiver.got
    assert path == "/other"
    assert Webhook(old).verify(body, got) == Webhook(new).verify(body, got)


async def test_a_redirect_is_not_followed(enrolment: EnrolmentBench, receiver: Receiver) -> None:
    with receiving() as elsewhere:
        receiver.answers = [(302, f"http://localhost:{elsewhere.port}/hook")]
        headers, _ = await listening(enrolment, receiver)
        await enrolment.http.post(f"{WEBHOOK}/test", headers=headers)
        waiting = await became(enrolment, headers, "waiting")
        assert waiting["last_answer"] == "HTTP 302: redirects are not followed"
        assert elsewhere.got == []


async def test_410_ends_it_for_good(enrolment: EnrolmentBench, receiver: Receiver) -> None:
    receiver.answers = [410]
    headers, _ = await listening(enrolment, receiver)
    await enrolment.http.post(f"{WEBHOOK}/test", headers=headers)
    await became(enrolment, headers, "given_up")
    assert (await enrolment.http.get(WEBHOOK, headers=headers)).json()["status"] == "gone"
    assert (await enrolment.http.post(f"{WEBHOOK}/test", headers=headers)).status_code == 404


@pytest.mark.parametrize(
    "url", ["https://127.0.0.1/", "http://localhost:1/", "https://[::1]/", "https://10.1.2.3/hook", "nonsense"]
)
async def test_an_address_that_is_not_public_is_refused_when_it_is_set(enrolment: EnrolmentBench, url: str) -> None:
    headers = await keyed(enrolment, "workplace", "ACME")
    answer = await enrolment.http.put(WEBHOOK, json={"url": url}, headers=headers)
    assert (answer.status_code, answer.json()["field"]) == (422, "url")


async def test_who_does_not_listen_has_nothing_kept_for_it(enrolment: EnrolmentBench) -> None:
    headers = await keyed(enrolment, "workplace", "ACME")
    answer = await enrolment.http.post(f"{WEBHOOK}/test", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (404, "no_endpoint")
    assert await enrolment.query("SELECT * FROM webhook_deliveries") == []


async def test_an_address_that_is_dropped_hears_nothing_more(enrolment: EnrolmentBench, receiver: Receiver) -> None:
    headers, _ = await listening(enrolment, receiver)
    assert (await enrolment.http.delete(WEBHOOK, headers=headers)).status_code == 204
    assert (await enrolment.http.get(WEBHOOK, headers=headers)).status_code == 404


def an_endpoint(url: str) -> Endpoint:
    now = datetime.now(UTC)
    return Endpoint(
        channel="workplace",
        organisation="ACME",
        url=url,
        secret=new_secret(),
        previous_secret=None,
        previous_until=None,
        status="active",
        created_at=now,
        changed_at=now,
    )


def a_delivery() -> Delivery:
    now = datetime.now(UTC)
    return Delivery(
        id="msg_1",
        channel="workplace",
        organisation="ACME",
        type="webhook.test",
        body="{}",
        status="waiting",
        attempts=0,
        next_try_at=now,
        last_answer=None,
        created_at=now,
        changed_at=now,
    )


async def test_a_name_that_leads_to_this_machine_is_refused_before_anything_is_sent(receiver: Receiver) -> None:
    post = WebhookPost(allowed=(), real_now=lambda: datetime.now(UTC))
    answer = await post(an_endpoint(f"https://localhost:{receiver.port}/"), a_delivery())
    assert (answer.status, answer.words) == (None, "url_private")
    assert receiver.got == []


async def test_a_name_without_an_address_and_a_closed_port_are_failures_like_any_other() -> None:
    port = free_port()
    post = WebhookPost(allowed=(f"localhost:{port}",), real_now=lambda: datetime.now(UTC))
    unknown = await post(an_endpoint("https://nobody.invalid/"), a_delivery())
    closed = await post(an_endpoint(f"http://localhost:{port}/"), a_delivery())
    assert (unknown.words, closed.words) == ("the name has no address", "no connection (ConnectError)")


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate for the name localhost, not for its address, with its key."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl is not installed, so no certificate could be made.")
    path, key = tmp_path / "certificate.pem", tmp_path / "key.pem"
    asked = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
    written = ["-addext", "subjectAltName=DNS:localhost", "-keyout", str(key), "-out", str(path)]
    subprocess.run([openssl, *asked, *written], check=True, capture_output=True)
    path.write_text(path.read_text() + key.read_text())
    return path


async def test_the_certificate_is_held_against_the_name_though_the_connection_goes_to_the_address(certificate: Path) -> None:
    with receiving(certificate=certificate) as receiver:
        allowed = (f"localhost:{receiver.port}",)
        trusting = ssl.create_default_context(cafile=str(certificate))
        post = WebhookPost(allowed=allowed, real_now=lambda: datetime.now(UTC), tls=trusting)
        answer = await post(an_endpoint(f"https://localhost:{receiver.port}/"), a_delivery())
        assert answer.status == 200, answer.words
        [(_, headers, _)] = receiver.got
        assert headers["host"] == f"localhost:{receiver.port}"
        stranger = WebhookPost(allowed=allowed, real_now=lambda: datetime.now(UTC))
        assert (await stranger(an_endpoint(f"https://localhost:{receiver.port}/"), a_delivery())).status is None
