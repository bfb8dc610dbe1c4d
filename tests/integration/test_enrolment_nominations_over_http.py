"""Nominations over HTTP: one by one, as files, and taken back."""

import csv
import io
from typing import Any

import httpx
import pytest

from support.enrolment_bench import EnrolmentBench, enrolment, eventually
from support.nominator_bench import keyed, nomination

__all__ = ["enrolment"]

PATHS = [("workplace", "/enrolment/workplace/nominations"), ("leisure", "/enrolment/leisure/booking-requests")]
ADDRESS = "/enrolment/workplace/nominations"


async def post(bench: EnrolmentBench, headers: dict[str, str], body: Any, *, key: str, path: str = ADDRESS) -> httpx.Response:
    return await bench.http.post(path, json=body, headers=headers | {"Idempotency-Key": key})


async def send_file(bench: EnrolmentBench, headers: dict[str, str], text: str, *, key: str = "file-1") -> httpx.Response:
    sent = headers | {"Idempotency-Key": key, "Content-Type": "text/csv"}
    return await bench.http.post(f"{ADDRESS}:bulk", content=text.encode(), headers=sent)


async def finished(bench: EnrolmentBench, headers: dict[str, str], begun: httpx.Response) -> dict[str, Any]:
    async def done() -> Any:
        shown = (await bench.http.get(begun.headers["Location"], headers=headers)).json()
        return shown if shown["status"] == "finished" else None

    shown: dict[str, Any] = await eventually(done)
    return shown


async def lines(bench: EnrolmentBench, headers: dict[str, str], shown: dict[str, Any]) -> list[dict[str, Any]]:
    answer: list[dict[str, Any]] = (await bench.http.get(shown["results"], headers=headers)).json()["lines"]
    return answer


@pytest.mark.parametrize(("channel", "path"), PATHS)
async def test_a_nomination_is_received_and_the_same_request_gets_the_same_answer(
    enrolment: EnrolmentBench, channel: str, path: str
) -> None:
    headers = await keyed(enrolment, channel, "ACME")
    first = await post(enrolment, headers, nomination(1), key="a", path=path)
    again = await post(enrolment, headers, nomination(1), key="a", path=path)
    assert first.status_code == 202
    assert (first.json()["status"], first.json()["nomination_id"]) == ("received", "nomination-1")
    assert (again.status_code, again.content) == (first.status_code, first.content)
    other = await post(enrolment, headers, nomination(2), key="a", path=path)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    assert len(await enrolment.query("SELECT * FROM nominations")) == 1
    [link] = await enrolment.published("enrolment.link.changed.v1")
    assert link["purpose"] == "complete_nomination"


async def test_keys_of_two_organisations_do_not_meet(enrolment: EnrolmentBench) -> None:
    one, other = await keyed(enrolment, "workplace", "ACME"), await keyed(enrolment, "workplace", "BOLTS")
    assert (await post(enrolment, one, nomination(1), key="a")).status_code == 202
    assert (await post(enrolment, other, nomination(2), key="a")).status_code == 202


async def test_a_key_of_another_channel_opens_nothing(enrolment: EnrolmentBench) -> None:
    headers = await keyed(enrolment, "leisure", "BATHS")
    assert (await post(enrolment, headers, nomination(1), key="a")).status_code == 403
    assert (await post(enrolment, {}, nomination(1), key="a")).status_code == 401


@pytest.mark.parametrize(
    ("body", "code", "field"),
    [
        (nomination(1) | {"pain_months": 12}, "health_data_refused", "pain_months"),
        (nomination(1, email=None), "no_contact", "email"),
        (nomination(1, given_name=""), "unreadable", "given_name"),
        (nomination(1, nomination_id="=1+1"), "nomination_id_format", "nomination_id"),
        (nomination(1, programme="knitting"), "unknown_programme", "programme"),
        (["not", "an", "object"], "unreadable", None),
    ],
)
async def test_what_is_wrong_is_named_and_nothing_is_stored(
    enrolment: EnrolmentBench, body: Any, code: str, field: str | None
) -> None:
    headers = await keyed(enrolment, "workplace", "ACME")
    answer = await post(enrolment, headers, body, key="a")
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
    assert (answer.json()["code"], answer.json().get("field")) == (code, field)
    assert await enrolment.query("SELECT * FROM nominations") == []


async def test_requests_that_cannot_be_taken_say_why(enrolment: EnrolmentBench) -> None:
    headers = await keyed(enrolment, "workplace", "ACME")
    without_key = await enrolment.http.post(ADDRESS, json=nomination(1), headers=headers)
    assert (without_key.status_code, without_key.json()["code"]) == (400, "idempotency_key")
    too_large = await post(enrolment, headers, nomination(1, given_name="x" * 70_000), key="a")
    assert (too_large.status_code, too_large.json()["code"]) == (413, "too_large")
    form = await enrolment.http.post(ADDRESS, data={"a": "b"}, headers=headers | {"Idempotency-Key": "a"})
    assert form.status_code == 415


async def test_a_leaver_is_removed_and_twice_is_once(enrolment: EnrolmentBench) -> None:
    headers = await keyed(enrolment, "workplace", "ACME")
    await post(enrolment, headers, nomination(1), key="a")
    for _ in range(2):
        answer = await enrolment.http.delete(f"{ADDRESS}/nomination-1", headers=headers)
        assert (answer.status_code, answer.json()["status"]) == (200, "removed")
    unknown = await enrolment.http.delete(f"{ADDRESS}/nomination-2", headers=headers)
    assert (unknown.status_code, unknown.json()["code"]) == (404, "unknown_nomination")
    other = await keyed(enrolment, "workplace", "BOLTS")
    assert (await enrolment.http.delete(f"{ADDRESS}/nomination-1", headers=other)).status_code == 404


FILE = """nomination_id,given_name,family_name,email,birth_date
n-1,Rosalind,Example,rosalind@example.org,1958-03-14
n-2,Idris,Example,,1960-01-01
n-3,,Example,x@example.org,
n-4,Gwen,Example,gwen@example.org,14/03/1958
n-5,Two,Many,cells@example.org,1958-03-14,more
n-1,Rosalind,Other,rosalind@example.org,1958-03-14

n-6,"Ann
Marie",Example,ann@example.org,
"""


async def test_good_lines_go_in_and_bad_ones_are_explained_by_line(enrolment: EnrolmentBench) -> None:
    headers = await keyed(enrolment, "workplace", "ACME")
    begun = await send_file(enrolment, headers, FILE)
    assert begun.status_code == 202
    shown = await finished(enrolment, headers, begun)
    assert (shown["total"], shown["done"], shown["received"], shown["refused"]) == (7, 7, 2, 5)
    answers = {each["line"]: (each["code"], each["field"]) for each in await lines(enrolment, headers, shown)}
    assert answers == {
        2: ("received", None),
        3: ("no_contact", "email"),
        4: ("field_missing", "given_name"),
        5: ("field_wrong", "birth_date"),
        6: ("cell_count", None),
        7: ("nomination_id_used", "nomination_id"),
        9: ("received", None),
    }
    table = await enrolment.http.get(f"{shown['results']}.csv", headers=headers)
    rows = list(csv.DictReader(io.StringIO(table.text)))
    assert [(row["line"], row["code"]) for row in rows] == [(str(line), code) for line, (code, _) in answers.items()]
    assert await enrolment.query("SELECT * FROM bulk_lines WHERE cells IS NOT NULL") == []
    assert (await enrolment.audit())["funnel"]["referred"] == 0


async def test_a_file_can_be_sent_again_without_harm(enrolment: EnrolmentBench) -> None:
    headers = await keyed(enrolment, "workplace", "ACME")
    first = await send_file(enrolment, headers, FILE)
    same = await send_file(enrolment, headers, FILE)
    assert same.json()["file_id"] == first.json()["file_id"]
    await finished(enrolment, headers, first)
    again = await finished(enrolment, headers, await send_file(enrolment, headers, FILE, key="file-2"))
    assert (again["received"], again["refused"]) == (2, 5)
    assert len(await enrolment.query("SELECT * FROM links")) == 2
    other = await send_file(enrolment, headers, FILE + "n-7,A,B,c@example.org,\n")
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")


async def test_what_a_program_wrote_with_semicolons_and_a_byte_order_mark_is_read(enrolment: EnrolmentBench) -> None:
    headers = await keyed(enrolment, "workplace", "ACME")
    text = "\ufeffnomination_id;given_name;family_name;phone\r\nn-1;Siân;Example;07700 900123\r\n"
    shown = await finished(enrolment, headers, await send_file(enrolment, headers, text))
    assert (shown["received"], shown["refused"]) == (1, 0)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("nomination_id,given_name,family_name,pain_months\nn-1,A,B,12\n", "health_data_refused"),
        ("nomination_id,given_name,family_name,shoe_size\nn-1,A,B,12\n", "unknown_column"),
        ("nomination_id,given_name,email\nn-1,A,b@example.org\n", "column_missing"),
        ("nomination_id,given_name,family_name,email,email\n", "column_twice"),
        ("nomination_id,given_name,family_name,email\n", "no_rows"),
        ('nomination_id,given_name,family_name,email\nn-1,"A,B,c@example.org\n', "not_csv"),
        ("", "column_missing"),
    ],
)
async def test_a_file_that_cannot_be_taken_is_refused_as_a_whole(enrolment: EnrolmentBench, text: str, code: str) -> None:
    headers = await keyed(enrolment, "workplace", "ACME")
    answer = await send_file(enrolment, headers, text)
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert await enrolment.query("SELECT * FROM bulk_jobs") == []
    mended = await send_file(enrolment, headers, FILE)
    assert mended.status_code == 202


async def test_another_organisation_sees_nothing_of_a_file(enrolment: EnrolmentBench) -> None:
    headers, other = await keyed(enrolment, "workplace", "ACME"), await keyed(enrolment, "workplace", "BOLTS")
    begun = await send_file(enrolment, headers, FILE)
    for path in ("", "/results", "/results.csv"):
        assert (await enrolment.http.get(begun.headers["Location"] + path, headers=other)).status_code == 404


async def test_the_template_has_the_columns_that_a_file_may_have(enrolment: EnrolmentBench) -> None:
    headers = await keyed(enrolment, "workplace", "ACME")
    template = (await enrolment.http.get(f"{ADDRESS}:template", headers=headers)).text
    answer = await send_file(enrolment, headers, template)
    assert answer.json()["code"] == "no_rows"
