"""The waiting list with the reason of each, as it is now."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from scheduling.domain.fitting import Reach, Seeker, waiting_reason
from scheduling.storage.offers import OfferRows
from scheduling.storage.seats import SeatRows
from scheduling.storage.waiting import SEEKER_COLUMNS, seeker_of
from scheduling.use_cases.look_up import WaitingPerson

WAITING = text(f"""
    SELECT p.place_id, p.participant_id, p.enrolment_id, p.programme, p.close_attention, display_name, p.waiting_reason,
        e.enrolled_at, {SEEKER_COLUMNS}
    FROM places p JOIN enrolments e USING (enrolment_id) LEFT JOIN people ON people.participant_id = p.participant_id
    WHERE p.status = 'waiting' ORDER BY since, e.enrolled_at, e.enrolment_id
""")  # noqa: S608 - columns from above


async def waiting_list(conn: AsyncConnection, *, reach: Reach, now: datetime) -> list[WaitingPerson]:
    """Everybody who waits, longest first."""
    found = (await conn.execute(WAITING)).mappings().all()
    cohorts = await SeatRows(conn).all_open(sorted({row["programme"] for row in found}), now=now)
    refused = await OfferRows(conn).refused_by([row["place_id"] for row in found])
    # Many have the same wishes.
    known: dict[tuple[Seeker, frozenset[UUID]], str] = {}
    people = []
    for row in found:
        key = (seeker_of(row), refused.get(row["place_id"], frozenset()))
        if key not in known:
            known[key] = waiting_reason(key[0], cohorts=cohorts, refused=key[1], reach=reach)
        people.append(
            WaitingPerson(
                place_id=row["place_id"],
                participant_id=row["participant_id"],
                display_name=row["display_name"],
                programme=row["programme"],
                preferred_site=row["preferred_site"],
                outward_code=row["outward_code"],
                close_attention=row["close_attention"],
                enrolled_at=row["enrolled_at"],
                waiting_since=row["since"],
                reason=known[key],
                told_reason=row["waiting_reason"],
                offers_refused=len(key[1]),
            )
        )
    return people
