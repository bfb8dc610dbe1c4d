"""What scheduling says of places, as enrolment hears it."""

from datetime import UTC, datetime
from typing import Any

from event_contracts.scheduling import PlaceChanged
from service_kit.buckets import bucket_of
from service_kit.envelope import Event, headers_of
from service_kit.ids import new_id
from support.enrolment_bench import EnrolmentBench, eventually

TYPE = "scheduling.place.changed.v1"


def a_place(receipt: dict[str, Any], **changes: Any) -> PlaceChanged:
    """The place of somebody who was accepted."""
    told: dict[str, Any] = {
        "place_id": new_id(),
        "sequence": 1,
        "participant_id": receipt["participant_id"],
        "enrolment_id": receipt["enrolment_id"],
        "programme": "escape-pain-knee-hip",
        "status": "placed",
        "first_session_at": datetime(2026, 12, 7, 10, tzinfo=UTC),
        "changed_at": datetime(2026, 11, 24, 9, tzinfo=UTC),
    }
    return PlaceChanged(**told | changes)


async def scheduling_says(bench: EnrolmentBench, *places: PlaceChanged) -> None:
    """Publish as scheduling does, and wait until enrolment has taken it."""
    client = await bench.broker.connect("scheduling")
    for place in places:
        event = Event(
            id=str(new_id()),
            source="urn:limber:scheduling",
            type=TYPE,
            time=datetime.now(UTC),
            subject=str(place.place_id),
            content_type="application/json",
            data=place.model_dump_json().encode(),
            sequence=place.sequence,
            nats_subject=f"{TYPE}.{bucket_of(place.place_id)}",
        )
        await client.jetstream().publish(event.nats_subject, event.data, headers=headers_of(event))

    async def taken() -> bool:
        rows = await bench.query("SELECT count(*) FROM inbox WHERE consumer = 'enrolment_scheduling'")
        work = (await bench.http.get("/enrolment/health/work")).json()
        return bool(rows[0][0] >= len(places)) and work["to_read"] == work["handling"] == work["outbox"] == 0

    await eventually(taken)
