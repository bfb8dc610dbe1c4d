"""Who and what is booked when. The database itself refuses two bookings of one at a time; here is what says so in words."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from uuid import UUID

from sqlalchemy import ARRAY, DateTime, Uuid, bindparam, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from scheduling.domain.bookings import Booked, refuse_taken_meanwhile

# In key order, so that of two who want the same ones the second waits; not against the key, which bookings refer to.
_LOCK_ROOMS = text("SELECT FROM rooms WHERE room_id = ANY (:ids) ORDER BY room_id FOR NO KEY UPDATE").bindparams(
    bindparam("ids", type_=ARRAY(Uuid))
)
_LOCK_FACILITATORS = text(
    "SELECT FROM facilitators WHERE facilitator_id = ANY (:ids) ORDER BY facilitator_id FOR NO KEY UPDATE"
).bindparams(bindparam("ids", type_=ARRAY(Uuid)))

_TAKEN = text("""
    SELECT b.room_id, b.facilitator_id, coalesce(r.name, f.name) AS name, min(b.starts_at) AS starts_at
    FROM unnest(:starts, :ends) AS wanted (starts_at, ends_at)
    JOIN bookings b ON tstzrange(b.starts_at, b.ends_at) && tstzrange(wanted.starts_at, wanted.ends_at)
        AND b.status <> 'cancelled'
    JOIN sessions s USING (session_id)
    LEFT JOIN rooms r ON r.room_id = b.room_id
    LEFT JOIN facilitators f ON f.facilitator_id = b.facilitator_id
    WHERE (b.room_id = ANY (:rooms) OR b.facilitator_id = ANY (:facilitators)) AND s.cohort_id <> :cohort_id
    GROUP BY b.room_id, b.facilitator_id, r.name, f.name
""").bindparams(
    bindparam("starts", type_=ARRAY(DateTime(timezone=True))),
    bindparam("ends", type_=ARRAY(DateTime(timezone=True))),
    bindparam("rooms", type_=ARRAY(Uuid)),
    bindparam("facilitators", type_=ARRAY(Uuid)),
    bindparam("cohort_id", type_=Uuid),
)

# What was held or has begun stays booked as it was.
_FREE_TO_COME = text("""
    DELETE FROM bookings USING sessions s
    WHERE bookings.session_id = s.session_id AND s.cohort_id = :cohort_id AND s.status = 'planned' AND s.starts_at > :now
""").bindparams(bindparam("cohort_id", type_=Uuid), bindparam("now", type_=DateTime(timezone=True)))

_BOOK = text("""
    INSERT INTO bookings (session_id, part, room_id, facilitator_id, booking_key, starts_at, ends_at, status)
    SELECT s.session_id, 'room', r.room_id, CAST(NULL AS uuid), r.booking_key, s.starts_at, s.ends_at, s.status
    FROM sessions s JOIN cohorts c USING (cohort_id) JOIN rooms r ON r.room_id = coalesce(s.room_id, c.room_id)
    WHERE cohort_id = :cohort_id
    UNION ALL
    SELECT s.session_id, part, NULL, f.facilitator_id, f.booking_key, s.starts_at, s.ends_at, s.status
    FROM sessions s JOIN cohorts c USING (cohort_id)
    CROSS JOIN LATERAL (VALUES ('lead', c.lead_id), ('cover', c.cover_id)) AS parts (part, facilitator_id)
    JOIN facilitators f USING (facilitator_id)
    WHERE cohort_id = :cohort_id
    ON CONFLICT (session_id, part) DO NOTHING
""").bindparams(bindparam("cohort_id", type_=Uuid))


@asynccontextmanager
async def one_at_a_time() -> AsyncIterator[None]:
    """Word what the database refuses because a room or a person is booked already. Raises BrokenRuleError."""
    try:
        yield
    except IntegrityError as error:
        if "bookings_one_at_a_time" in str(error.orig):
            refuse_taken_meanwhile()
        raise


class BookingRows:
    def __init__(self, conn: AsyncConnection) -> None:
        self._conn = conn

    async def taken(
        self,
        *,
        cohort_id: UUID,
        rooms: Sequence[UUID],
        facilitators: Sequence[UUID],
        times: Sequence[tuple[datetime, datetime]],
    ) -> list[Booked]:
        """Lock these rooms and facilitators, and return those that other cohorts have at one of these times, with the first."""
        await self._conn.execute(_LOCK_ROOMS, {"ids": list(rooms)})
        await self._conn.execute(_LOCK_FACILITATORS, {"ids": list(facilitators)})
        found = await self._conn.execute(
            _TAKEN,
            {
                "cohort_id": cohort_id,
                "rooms": list(rooms),
                "facilitators": list(facilitators),
                "starts": [starts_at for starts_at, _ in times],
                "ends": [ends_at for _, ends_at in times],
            },
        )
        return [Booked(**row) for row in found.mappings()]

    async def book(self, cohort_id: UUID) -> None:
        """Book the room, the lead and the cover of a stored cohort for all its sessions. Raises BrokenRuleError."""
        async with one_at_a_time():
            await self._conn.execute(_BOOK, {"cohort_id": cohort_id})

    async def book_again(self, cohort_id: UUID, *, now: datetime) -> None:
        """Book a stored cohort's new room and people for the sessions still to come. Raises BrokenRuleError."""
        await self._conn.execute(_FREE_TO_COME, {"cohort_id": cohort_id, "now": now})
        await self.book(cohort_id)
