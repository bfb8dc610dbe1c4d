"""A session whose register can be kept, and entries of it as a tablet sends them."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from support.kit_bench import eventually
from support.scheduling_bench import SchedulingBench


async def first_session(scheduling: SchedulingBench, *names: str) -> tuple[str, list[UUID]]:
    """A cohort at harbour ten minutes after its first session began, and the people in it."""
    await scheduling.site()
    opened = await scheduling.cohort()
    people = []
    for name in names:
        person = await scheduling.enrol()
        await scheduling.introduce(person, name)
        people.append(person)

    async def all_there() -> bool:
        found = await scheduling.query("SELECT count(*) FROM places JOIN people USING (participant_id) WHERE status = 'placed'")
        return bool(found[0][0] == len(names))

    await eventually(all_there)
    session = opened["sessions"][0]
    await scheduling.travel_to(datetime.fromisoformat(session["starts_at"]) + timedelta(minutes=10))
    return f"/sessions/{session['session_id']}/register", people


def an_entry(kind: str, participant_id: UUID | None = None, **content: Any) -> dict[str, Any]:
    return {
        "entry_id": str(uuid4()),
        "kind": kind,
        "participant_id": str(participant_id) if participant_id else None,
        "at": "2027-02-01T10:05:00+00:00",
        "content": content,
    }
