"""What a service has to tell, written in the transaction that decided it; `relay` publishes it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncConnection

from service_kit import rows
from service_kit.envelope import Event
from service_kit.ids import new_id
from service_kit.tables import OUTBOX


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """One event to publish. Events of one `aggregate` leave in the order in which they were added.

    `body` None means that the relay renders the body from current rows when it publishes; `because` is the event that led to it.
    """

    type: str
    nats_subject: str
    aggregate: str
    sequence: int
    body: BaseModel | None
    because: Event | None = None


async def add(conn: AsyncConnection, outgoing: Sequence[Outgoing]) -> None:
    """Write the events into the outbox; lock the aggregates they are about before, so that their order is the commits'."""
    now = datetime.now(UTC)
    await rows.insert(conn, OUTBOX, [_row(event, now) for event in outgoing])


def _row(event: Outgoing, now: datetime) -> dict[str, object]:
    because = event.because
    return {
        "id": new_id(),
        "type": event.type,
        "nats_subject": event.nats_subject,
        "aggregate": event.aggregate,
        "sequence": event.sequence,
        "body": None if event.body is None else event.body.model_dump_json().encode(),
        "correlation_id": None if because is None else because.correlation_id or because.id,
        "causation_id": None if because is None else because.id,
        "created_at": now,
    }
