"""The register over HTTP: entry by entry as a tablet sends it, and as a form."""

from typing import Any

import pytest
from bs4 import BeautifulSoup

from support.scheduling_bench import SchedulingBench, scheduling
from support.scheduling_register import an_entry, first_session

__all__ = ["scheduling"]


async def test_a_tablet_sends_its_entries_and_gets_the_register_back(scheduling: SchedulingBench) -> None:
    register, (ann,) = await first_session(scheduling, "Ann Bell")
    entries = [
        an_entry("attendance", ann, status="present"),
        an_entry("exercise", ann, station="step-up", repetitions=12, effort=3, pain=1),
        an_entry("exercise", ann, station="step-up", effort=30),
        an_entry("sign_off"),
    ]

    answer = await scheduling.call("POST", f"{register}/entries", {"entries": entries}, as_="facilitator")
    again = await scheduling.call("POST", f"{register}/entries", {"entries": entries}, as_="facilitator")

    assert answer.status_code == 200, answer.text
    assert {one["entry_id"]: one["result"] for one in answer.json()["taken"]} == dict(
        zip((one["entry_id"] for one in entries), ("accepted", "accepted", "refused", "accepted"), strict=True)
    )
    assert {one["result"] for one in again.json()["taken"]} == {"already", "refused"}
    sheet = again.json()["register"]
    assert (sheet["status"], sheet["signed_off"]["by"]) == ("held", "Test facilitator")
    [line] = sheet["lines"]
    assert (line["display_name"], line["status"], len(line["exercises"])) == ("Ann Bell", "present", 1)
    assert len(await scheduling.query("SELECT 1 FROM register_entries")) == 3


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"entry_id": "one"}, "entries.0.entry_id: "),
        ({"at": "2027-02-01T10:05:00"}, "entries.0.at: "),
        ({"content": "present"}, "entries.0.content: "),
        ({"kind": "x" * 21}, "entries.0.kind: "),
    ],
)
async def test_what_is_no_entry_is_refused_whole(scheduling: SchedulingBench, change: dict[str, Any], sentence: str) -> None:
    register, (ann,) = await first_session(scheduling, "Ann Bell")
    entry = an_entry("attendance", ann, status="present") | change

    answer = await scheduling.call("POST", f"{register}/entries", {"entries": [entry]}, as_="facilitator")

    assert answer.status_code == 422
    assert answer.json()["error"].startswith(sentence)
    assert await scheduling.query("SELECT 1 FROM register_entries") == []


async def test_only_those_who_keep_registers_at_the_site_may_enter_anything(scheduling: SchedulingBench) -> None:
    register, (ann,) = await first_session(scheduling, "Ann Bell")
    body = {"entries": [an_entry("attendance", ann, status="present")]}

    statuses = {
        who: (await scheduling.call("POST", f"{register}/entries", body, as_=who)).status_code
        for who in (None, "elsewhere", "clinician", "facilitator")
    }

    assert statuses == {None: 401, "elsewhere": 403, "clinician": 403, "facilitator": 200}


async def test_the_form_records_excuses_and_signs_off_and_a_correction_needs_a_reason(scheduling: SchedulingBench) -> None:
    register, (ann,) = await first_session(scheduling, "Ann Bell")

    async def hand_in(**fields: str) -> Any:
        page = BeautifulSoup((await scheduling.call("GET", register, as_="facilitator", page=True)).text, "html.parser")
        hidden = {str(one["name"]): str(one.get("value", "")) for one in page.select("input[type=hidden]")}
        return await scheduling.call("POST", register, as_="facilitator", page=True, data=hidden | fields)

    first = await hand_in(**{f"status-{ann}": "excused", f"excuse-{ann}": "at the dentist", "sign_off": "yes"})
    refused = await hand_in(**{f"status-{ann}": "present"})
    corrected = await hand_in(**{f"status-{ann}": "present", "reason": "Came after all"})

    assert [first.status_code, refused.status_code, corrected.status_code] == [303, 422, 303]
    assert "reason must say why the register is changed after it was signed off" in refused.text
    page = (await scheduling.call("GET", register, as_="facilitator", page=True)).text
    assert "Signed off by Test facilitator" in page
    assert "excused (at the dentist) (replaced since)" in page
    assert "Changed because: Came after all" in page


async def test_the_form_says_when_somebody_else_marked_a_person_meanwhile(scheduling: SchedulingBench) -> None:
    register, (ann,) = await first_session(scheduling, "Ann Bell")
    body = {"entries": [an_entry("attendance", ann, status="absent")]}
    await scheduling.call("POST", f"{register}/entries", body, as_="coordinator")

    stale = await scheduling.call(
        "POST", register, as_="facilitator", page=True, data={f"seen-{ann}": "", f"status-{ann}": "present"}
    )

    assert stale.status_code == 422
    assert "Ann Bell was marked absent by Test coordinator after you opened this page: choose again" in stale.text
    [row] = await scheduling.query("SELECT content FROM register_entries")
    assert "absent" in row["content"]
