"""The answer to an offer through the running service: by the link's page, through staff, and by text."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from bs4 import BeautifulSoup

from service_kit.buckets import bucket_of
from support.kit_bench import eventually
from support.scheduling_bench import SchedulingBench, scheduling

__all__ = ["scheduling"]

PLACE = "scheduling.place.changed.v1"


async def offered(scheduling: SchedulingBench) -> Any:
    """The news of a place that is offered to the first of two who waited."""
    await scheduling.enrol()
    await scheduling.told(PLACE)
    await scheduling.enrol()
    await scheduling.told(PLACE, at_least=2)
    await scheduling.site()
    await scheduling.cohort(capacity=1)
    return (await scheduling.told(PLACE, at_least=3))[2]


async def statuses(scheduling: SchedulingBench) -> dict[UUID, str]:
    return {row["participant_id"]: row["status"] for row in await scheduling.query("SELECT * FROM places")}


async def test_the_links_page_shows_the_offer_and_looking_at_it_never_answers(scheduling: SchedulingBench) -> None:
    told = await offered(scheduling)
    path = f"/offers/{told['offer_token']}"

    pages = [await scheduling.call("GET", path, as_=None, page=True) for _ in range(2)]
    await scheduling.call("HEAD", path, as_=None, page=True)

    assert [page.status_code for page in pages] == [200, 200]
    assert "no-store" in pages[0].headers["cache-control"]
    page = BeautifulSoup(pages[0].text, "html.parser")
    assert "We can offer you a place" in page.get_text()
    assert [one["value"] for one in page.select("input[name=answer]")] == ["accepted", "declined"]
    assert (await statuses(scheduling))[UUID(told["participant_id"])] == "offered"


async def test_the_pages_form_accepts_and_then_says_so(scheduling: SchedulingBench) -> None:
    told = await offered(scheduling)
    path = f"/offers/{told['offer_token']}"
    nothing = await scheduling.call("POST", path, as_=None, page=True)
    assert (nothing.status_code, "Choose whether you would like the place" in nothing.text) == (422, True)

    done = await scheduling.call("POST", path, as_=None, page=True, data={"answer": "accepted"})

    assert (done.status_code, done.headers["location"]) == (303, f"/scheduling{path}")
    page = await scheduling.call("GET", path, as_=None, page=True)
    assert "You have a place" in page.text
    assert (await statuses(scheduling))[UUID(told["participant_id"])] == "placed"
    refused = await scheduling.call("POST", path, as_=None, page=True, data={"answer": "declined"})
    assert (refused.status_code, "accepted already" in refused.text) == (409, True)
    assert (await statuses(scheduling))[UUID(told["participant_id"])] == "placed"


async def test_an_answer_to_an_expired_offer_is_a_clear_error_and_the_place_has_gone_on(scheduling: SchedulingBench) -> None:
    told = await offered(scheduling)
    await scheduling.travel_to(datetime.fromisoformat(told["offered_until"]) + timedelta(seconds=1))

    page = await scheduling.call("POST", f"/offers/{told['offer_token']}", as_=None, page=True, data={"answer": "accepted"})
    staff = await scheduling.call("POST", f"/places/{told['place_id']}/answer", {"answer": "accepted"})

    assert (page.status_code, "This offer has ended" in page.text) == (409, True)
    assert staff.status_code == 409
    assert staff.json()["error"].startswith("This offer ended on ")

    async def has_gone_on() -> bool:
        return sorted((await statuses(scheduling)).values()) == ["offered", "waiting"]

    await eventually(has_gone_on)
    assert (await statuses(scheduling))[UUID(told["participant_id"])] == "waiting"
    assert "We have told our staff" in page.text
    await scheduling.call("POST", f"/offers/{told['offer_token']}", as_=None, page=True, data={"answer": "accepted"})
    [task] = (await scheduling.call("GET", "/tasks")).json()["tasks"]
    assert (task["kind"], task["participant_id"]) == ("late_yes", told["participant_id"])
    assert "said yes to an offer that has ended" in (await scheduling.call("GET", "/tasks", page=True)).text


async def test_staff_answer_for_somebody_who_rang(scheduling: SchedulingBench) -> None:
    told = await offered(scheduling)
    path = f"/places/{told['place_id']}/answer"

    assert (await scheduling.call("POST", path, {"answer": "perhaps"})).status_code == 422
    assert (await scheduling.call("POST", path, {"answer": "accepted"}, as_="elsewhere")).status_code == 403
    assert (await scheduling.call("POST", f"/places/{uuid4()}/answer", {"answer": "accepted"})).status_code == 404
    answer = await scheduling.call("POST", path, {"answer": "declined"})

    assert answer.status_code == 200
    assert (answer.json()["status"], answer.json()["answered_by"]) == ("declined", "staff")
    assert sorted((await statuses(scheduling)).values()) == ["offered", "waiting"]


async def test_a_link_that_nobody_was_given_opens_nothing(scheduling: SchedulingBench) -> None:
    for token in ("x" * 43, "short"):
        page = await scheduling.call("GET", f"/offers/{token}", as_=None, page=True)
        assert (page.status_code, "There is no such offer" in page.text) == (404, True)


async def test_a_text_answers_the_offer_that_stands_and_no_other(scheduling: SchedulingBench) -> None:
    told = await offered(scheduling)
    participant_id = UUID(told["participant_id"])

    async def reply(answer: str, **changes: Any) -> None:
        type_ = "notifications.reply.received.v1"
        body = {
            "reply_id": str(uuid4()),
            "participant_id": str(participant_id),
            "answer": answer,
            "received_at": told["changed_at"],
        }
        await scheduling.tell(type_, f"{type_}.{bucket_of(participant_id)}", uuid4(), body | changes)

    await reply("help")
    await reply("yes", place_id=str(uuid4()))
    await reply("yes", participant_id=str(uuid4()))
    await reply("yes")

    async def is_placed() -> bool:
        return (await statuses(scheduling))[participant_id] == "placed"

    await eventually(is_placed)
    [offer] = await scheduling.query("SELECT status, answered_by FROM offers")
    assert tuple(offer) == ("accepted", "text")

    await reply("no", place_id=told["place_id"])
    await reply("yes", place_id=told["place_id"])

    async def noted() -> list[Any]:
        return await scheduling.query("SELECT kind FROM tasks WHERE participant_id = $1", participant_id)

    assert [row["kind"] for row in await eventually(noted)] == ["late_no"]
    assert (await statuses(scheduling))[participant_id] == "placed"
