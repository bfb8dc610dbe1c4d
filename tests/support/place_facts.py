"""What other services say, as enrolment hears it."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from event_contracts.contract import Contract
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
    told = [(TYPE, place.place_id, place.sequence, place) for place in places]
    await service_says(bench, "scheduling", told)


async def service_says(bench: EnrolmentBench, service: str, told: Sequence[tuple[str, UUID, int, Contract]]) -> None:
    """Publish (type, id, sequence, body) as another service does, and wait until enrolment has taken it."""
    client = await bench.broker.connect(service)
    for kind, about, sequence, body in told:
        event = Event(
            id=str(new_id()),
            source=f"urn:limber:{service}",
            type=kind,
            time=datetime.now(UTC),
            subject=str(about),
            content_type="application/json",
            data=body.model_dump_json().encode(),
            sequence=sequence,
            nats_subject=f"{kind}.{bucket_of(about)}",
        )
        await client.jetstream().publish(event.nats_subject, event.data, headers=headers_of(event))

    async def taken() -> bool:
        rows = await bench.query("SELECT count(*) FROM inbox WHERE consumer = $1", f"enrolment_{service}")
        work = (await bench.http.get("/enrolment/health/work")).json()
        return bool(rows[0][0] >= len(told)) and work["to_read"] == work["handling"] == work["outbox"] == 0

    await eventually(taken)
