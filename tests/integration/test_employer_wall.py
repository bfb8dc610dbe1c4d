"""The employer wall, on the running service: what an employer or a leisure centre can learn of a person: next to nothing."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import event

from service_kit.ids import new_id
from support.enrolment_bench import EnrolmentBench, bearer, eventually, referral, running_enrolment
from support.nominator_bench import keyed, nomination, nominator
from support.place_facts import a_place, scheduling_says
from support.self_referral import START, errors_in, fill_in
from support.servers import Broker, Database
from support.webhook_receiver import Receiver, receiving

ADDRESS = "/enrolment/workplace/nominations"
# All that an employer's key opens.
OWN_DOORS = re.compile(r"/enrolment/(workplace/.*|webhook(/.*)?|organisation)")


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as one:
        yield one


@pytest.fixture
async def enrolment(
    database: Callable[[str], Awaitable[Database]], nats_server: Broker, folder: Path, receiver: Receiver
) -> AsyncIterator[EnrolmentBench]:
    allowed = (f"localhost:{receiver.port}",)
    async with running_enrolment(await database("enrolment"), nats_server, folder, webhook_private_hosts=allowed) as bench:
        yield bench


def app_of(bench: EnrolmentBench) -> FastAPI:
    transport: Any = bench.http._transport
    app: FastAPI = transport.app
    return app


@contextmanager
def statements(bench: EnrolmentBench) -> Iterator[list[str]]:
    """What the service says to its database meanwhile, without the values."""
    engine = app_of(bench).state.service.engine.sync_engine
    said: list[str] = []

    def note(_conn: Any, _cursor: Any, statement: str, *_: Any) -> None:
        # What runs beside it all the time: looking for what is due and for what is to be told.
        if not re.search(r"FROM (bulk_jobs|webhook_deliveries|outbox|held|links|drafts|contact_confirmations)\b", statement):
            said.append(" ".join(statement.split()))

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield said
    finally:
        event.remove(engine, "before_cursor_execute", note)


async def post(bench: EnrolmentBench, headers: dict[str, str], body: Any) -> httpx.Response:
    return await bench.http.post(ADDRESS, json=body, headers=headers | {"Idempotency-Key": str(new_id())})


def somebody(number: int) -> dict[str, Any]:
    """A nomination of exactly the person of `referral(number)`."""
    known = referral(number)["patient"]
    return nomination(number) | {name: known[name] for name in ("given_name", "family_name", "birth_date", "postcode", "email")}


async def test_the_answer_about_a_known_person_is_the_answer_about_an_unknown_one(enrolment: EnrolmentBench) -> None:
    practice = await enrolment.practice("A81001")
    await practice.refer(referral(1))
    headers = await keyed(enrolment, "workplace", "ACME")
    known, unknown = await post(enrolment, headers, somebody(1)), await post(enrolment, headers, somebody(2))
    assert known.status_code == unknown.status_code == 202
    for answer in (known, unknown):
        assert set(answer.json()) == {"nomination_id", "status", "decided_at"}
    assert known.json()["status"] == unknown.json()["status"] == "received"
    assert set(known.headers) == set(unknown.headers)


async def test_the_time_of_an_answer_cannot_depend_on_who_is_known_because_nobody_asks(enrolment: EnrolmentBench) -> None:
    """The very same statements run, and none of them touches a table of people."""
    practice = await enrolment.practice("A81001")
    await practice.refer(referral(1))
    headers = await keyed(enrolment, "workplace", "ACME")
    await post(enrolment, headers, somebody(3))
    with statements(enrolment) as about_known:
        await post(enrolment, headers, somebody(1))
    with statements(enrolment) as about_unknown:
        await post(enrolment, headers, somebody(2))
    asked = [each for each in about_known if "nominations" in each]
    assert asked
    assert asked == [each for each in about_unknown if "nominations" in each]
    for each in [*about_known, *about_unknown]:
        if "nominations" in each:
            assert not re.search(r"\b(participants|referrals|enrolments|places|preferences)\b", each), each


async def test_over_nats_the_receipts_are_the_same_too(enrolment: EnrolmentBench) -> None:
    practice = await enrolment.practice("A81001")
    await practice.refer(referral(1))
    async with nominator(enrolment, "leisure", "BATHS") as sender:
        known, unknown = await sender.hear("booking_request", somebody(1)), await sender.hear("booking_request", somebody(2))
    different = {"event_id", "nomination_id", "decided_at"}
    assert {key: value for key, value in known.items() if key not in different} == {
        key: value for key, value in unknown.items() if key not in different
    }


async def test_a_person_whom_somebody_else_nominated_before_is_received_like_anybody(enrolment: EnrolmentBench) -> None:
    one, other = await keyed(enrolment, "workplace", "ACME"), await keyed(enrolment, "workplace", "BOLTS")
    first, second = await post(enrolment, one, somebody(1)), await post(enrolment, other, somebody(1))
    assert (first.status_code, first.json()["status"]) == (second.status_code, second.json()["status"])
    assert len(await enrolment.query("SELECT DISTINCT participant_id FROM nominations")) == 2


@pytest.mark.parametrize("field", ["pain_months", "diagnosis", "nhs_number", "clinical", "sicknessAbsence"])
async def test_health_data_is_refused_by_name_through_every_door_and_kept_nowhere(enrolment: EnrolmentBench, field: str) -> None:
    headers = await keyed(enrolment, "workplace", "ACME")
    answer = await post(enrolment, headers, nomination(1) | {field: "knee-4711"})
    assert (answer.status_code, answer.json()["code"], answer.json()["field"]) == (422, "health_data_refused", field)
    table = f"nomination_id,given_name,family_name,email,{field}\nn-1,A,B,c@example.org,knee-4711\n"
    sent = headers | {"Idempotency-Key": "f", "Content-Type": "text/csv"}
    file = await enrolment.http.post(f"{ADDRESS}:bulk", content=table, headers=sent)
    assert (file.status_code, file.json()["code"]) == (422, "health_data_refused")
    async with nominator(enrolment, "workplace", "ACME") as sender:
        receipt = await sender.hear("nomination", nomination(1) | {field: "knee-4711"})
    assert receipt["reasons"][0]["code"] == "health_data_refused"
    for row in await enrolment.query("SELECT tablename FROM pg_tables WHERE schemaname = 'public'"):
        rows = await enrolment.query(f'SELECT * FROM "{row["tablename"]}"')  # noqa: S608 - our own tables
        assert "4711" not in str(rows), row["tablename"]


async def test_an_employers_key_opens_its_own_doors_and_nothing_else(enrolment: EnrolmentBench) -> None:
    headers = await keyed(enrolment, "workplace", "ACME")
    tried = 0
    for path, methods in app_of(enrolment).openapi()["paths"].items():
        for method in set(methods) if not OWN_DOORS.fullmatch(path) else ():
            address = re.sub(r"\{\w+\}", str(new_id()), path)
            without = await enrolment.http.request(method.upper(), address)
            if without.status_code == httpx.codes.UNAUTHORIZED:
                tried += 1
                answer = await enrolment.http.request(method.upper(), address, headers=headers)
                assert answer.status_code in {401, 403}, f"{method} {path}: {answer.status_code}"
    assert tried > 10


async def test_of_a_whole_course_the_employer_hears_of_a_place_and_nothing_else(
    enrolment: EnrolmentBench, receiver: Receiver
) -> None:
    practice = await enrolment.practice("A81001")
    headers = await keyed(enrolment, "workplace", "ACME")
    await enrolment.http.put("/enrolment/webhook", json={"url": f"http://localhost:{receiver.port}/hook"}, headers=headers)
    async with nominator(enrolment, "workplace", "ACME") as sender:
        await sender.hear("nomination", somebody(1))
        accepted = await practice.refer(referral(1))
        await enrolment.query(
            "UPDATE nominations SET status = 'completed', may_tell_sender = true, given_name = NULL, family_name = NULL,"
            " email = NULL, completed_at = now(), referral_id = (SELECT id FROM referrals LIMIT 1)"
        )
        course = ["waiting", "offered", "placed", "attending", "below_completion", "completed", "discontinued", "never_started"]
        place = a_place(accepted)
        for number, status in enumerate(course, 1):
            changed = {"sequence": number, "status": status, "sessions_attended": number, "sessions_run": 12}
            await scheduling_says(enrolment, place.model_copy(update=changed))

        async def delivered() -> bool:
            return len(receiver.got) >= 1

        await eventually(delivered)
        told = await enrolment.published("receipts.workplace.v1", at_least=2)
    assert [each["status"] for each in told] == ["received", "place_found"]
    bodies = [body.decode() for _, _, body in receiver.got]
    assert [re.sub(r'"timestamp":"[^"]*",', "", body) for body in bodies] == [
        '{"type":"nomination.place_found","data":{"nomination_id":"nomination-1","programme":"escape-pain-knee-hip"}}'
    ]
    for word in ("attended", "completed", "discontinued", accepted["participant_id"], accepted["enrolment_id"]):
        assert word not in str([told, bodies])


async def test_counts_are_of_last_month_rounded_and_never_of_fewer_than_five(enrolment: EnrolmentBench) -> None:
    headers = await keyed(enrolment, "workplace", "ACME")
    assert (await enrolment.http.get("/enrolment/workplace/counts", headers=headers)).json()["programmes"] == []
    for number in range(30):
        await post(enrolment, headers, nomination(number))
    this_month = (await enrolment.http.get("/enrolment/workplace/counts", headers=headers)).json()
    assert this_month["programmes"] == []
    long_ago = datetime.now(UTC) - timedelta(days=70)
    await enrolment.query("UPDATE nominations SET received_at = $1", long_ago)
    await enrolment.query(
        "UPDATE nominations SET status = 'completed', completed_at = $1, given_name = NULL, family_name = NULL, email = NULL"
        " WHERE sender_nomination_id IN (SELECT sender_nomination_id FROM nominations LIMIT 13)",
        long_ago,
    )
    [counts] = (await enrolment.http.get("/enrolment/workplace/counts", headers=headers)).json()["programmes"]
    assert counts == {
        "programme": "escape-pain-knee-hip",
        "completed": 10,
        "place_found": None,
        "joined_by_poster": None,
    }
    other = await keyed(enrolment, "workplace", "BOLTS")
    assert (await enrolment.http.get("/enrolment/workplace/counts", headers=other)).json()["programmes"] == []


async def test_who_joined_by_a_poster_is_a_rounded_number_and_nothing_more(enrolment: EnrolmentBench) -> None:
    headers = await keyed(enrolment, "workplace", "ACME", name="Acme Works")
    made = await enrolment.http.post(
        "/enrolment/posters",
        data={"organisation": "ACME", "programme": "escape-pain-knee-hip", "days": "30"},
        headers=bearer("coordinator"),
    )
    assert (made.status_code, made.json()["works"]) == (201, True)
    assert (await enrolment.http.get("/enrolment/posters", headers=headers)).status_code == 401
    practice = await enrolment.practice("A81001")
    for number in range(7):
        await practice.refer(referral(number))
    await enrolment.query("UPDATE referrals SET employer = 'ACME', received_at = received_at - interval '70 days'")
    [counts] = (await enrolment.http.get("/enrolment/workplace/counts", headers=headers)).json()["programmes"]
    assert (counts["joined_by_poster"], counts["completed"], counts["place_found"]) == (5, None, None)


async def test_staff_make_and_end_posters_on_a_page(enrolment: EnrolmentBench) -> None:
    await keyed(enrolment, "workplace", "ACME", name="Acme Works")
    browser = bearer("coordinator") | {"Accept": "text/html", "Origin": "http://localhost"}
    wrong = await enrolment.http.post("/enrolment/posters", data={"organisation": "ACME", "days": "0"}, headers=browser)
    assert wrong.status_code == 422
    assert "There is a problem" in wrong.text
    fine = {"organisation": "ACME", "programme": "escape-pain-knee-hip", "days": "30"}
    assert (await enrolment.http.post("/enrolment/posters", data=fine, headers=browser)).status_code == 303
    [poster] = await enrolment.query("SELECT * FROM posters")
    page = (await enrolment.http.get("/enrolment/posters", headers=browser)).text
    assert f"{poster['code'][:4]}-{poster['code'][4:]}" in page
    assert "Acme Works" in page
    ended = await enrolment.http.post(f"/enrolment/posters/{poster['code']}/revoke", headers=browser)
    assert ended.status_code == 303
    [poster] = await enrolment.query("SELECT * FROM posters")
    assert poster["revoked_at"] is not None


@pytest.mark.parametrize(
    ("answers", "known", "becomes"),
    [
        ({}, False, "accepted"),
        ({}, True, "duplicate"),
        ({"moving": {"independently_mobile": "no"}}, False, "declined"),
        ({"red-flags": {"red_flags": ["trauma"]}}, False, "needs_review"),
    ],
)
async def test_whatever_comes_of_a_completed_nomination_its_sender_hears_no_different(
    enrolment: EnrolmentBench, answers: dict[str, Any], becomes: str, *, known: bool
) -> None:
    practice = await enrolment.practice("A81001")
    if known:
        described = {"given_name": "Rhian", "family_name": "Selfmade", "birth_date": "1955-05-01", "postcode": "LS1 4AP"}
        await practice.refer(referral(1, patient=described))
    rhian = nomination(1, given_name="Rhian", family_name="Selfmade")
    async with nominator(enrolment, "workplace", "ACME") as sender:
        await sender.hear("nomination", rhian)
        [link] = await enrolment.published("enrolment.link.changed.v1")
        async with httpx.AsyncClient(transport=enrolment.http._transport, base_url="http://localhost") as person:
            begun = await person.post(f"/enrolment/complete/{link['token']}")
            theirs = {
                "reach": {"reach_by": "email"},
                "email": {"email": "person1@example.org"},
            }
            assert await fill_in(person, begun.headers["location"], theirs | answers) == f"{START}/check"
            sent = await person.post(f"{START}/check")
            assert sent.headers["location"] == f"{START}/done", errors_in(sent.text)
        [row] = await enrolment.query("SELECT status FROM referrals WHERE channel = 'workplace'")
        assert row["status"] == becomes
        again = await sender.hear("nomination", rhian)
        told = await enrolment.published("receipts.workplace.v1", at_least=2)
    assert [each["status"] for each in told] == ["received", "received"]
    assert (again["status"], again["reasons"]) == ("received", [])
    contact = await enrolment.last_message("CONTACTS", f"contacts.v1.{link['participant_id']}")
    assert (contact["greeting_name"], contact["email"]) == ("", None)
