"""What staff see of places: the offers that stand, one place, and where the next cohorts should open."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from scheduling.domain.assignment import Hopeful
from scheduling.domain.fitting import OpenCohort, fits
from scheduling.domain.suggestions import suggest_cohorts
from scheduling.storage.offers import OfferRows
from scheduling.storage.places import PlaceRows
from scheduling.storage.seats import SeatRows
from scheduling.storage.waiting import SEEKER_COLUMNS, seeker_of
from scheduling.use_cases.look_up import CohortChoice, OfferedPerson, PlaceSheet, SuggestedCohort
from scheduling.use_cases.offering import Offering

_DAY = timedelta(days=1)

OFFERED = text("""
    SELECT p.place_id, p.participant_id, display_name, p.programme, c.site_id, s.name AS site_name, c.first_session_at,
        p.offered_until AS answer_by
    FROM places p JOIN cohorts c USING (cohort_id) JOIN sites s USING (site_id)
    LEFT JOIN people ON people.participant_id = p.participant_id
    WHERE p.status = 'offered' ORDER BY p.offered_until, p.place_id
""")

PLACE = text(f"""
    SELECT p.place_id, p.participant_id, display_name, p.programme, p.status, p.waiting_reason, p.close_attention, p.cohort_id,
        c.site_id, s.name AS site_name, c.first_session_at, {SEEKER_COLUMNS}
    FROM places p JOIN enrolments e USING (enrolment_id)
    LEFT JOIN people ON people.participant_id = p.participant_id
    LEFT JOIN cohorts c USING (cohort_id) LEFT JOIN sites s USING (site_id)
    WHERE p.place_id = :place_id
""")  # noqa: S608 - columns from above

SITE_NAMES = text("SELECT site_id, name FROM sites")

# A cohort that could be at each live site, with the usual capacity where a room is large enough.
LIVE_SITES = text("""
    SELECT site_id, outward_code, access_features, employer, least(:capacity, max(rooms.capacity)) AS capacity
    FROM sites JOIN rooms USING (site_id) WHERE status = 'live' GROUP BY site_id ORDER BY site_id
""")


async def offered_people(conn: AsyncConnection) -> list[OfferedPerson]:
    """Everybody who has an offer that stands, the first to end first."""
    return [OfferedPerson(**row) for row in (await conn.execute(OFFERED)).mappings()]


async def place_sheet(
    conn: AsyncConnection, place_id: UUID, *, sites: Sequence[str], offering: Offering, now: datetime
) -> PlaceSheet | None:
    """One place, with the cohorts that the person could be given: those that fit first, then by their start."""
    row = (await conn.execute(PLACE, {"place_id": place_id})).mappings().one_or_none()
    if row is None:
        return None
    names = {one.site_id: one.name for one in await conn.execute(SITE_NAMES)}
    seeker = seeker_of(row)
    choices = [
        CohortChoice(
            cohort_id=one.cohort_id,
            site_name=names[one.site_id],
            first_session_at=one.first_session_at,
            free=one.free,
            fits=fits(seeker, one, reach=offering.reach),
        )
        for one in await SeatRows(conn).all_with_room([row["programme"]], now=now)
        if one.cohort_id != row["cohort_id"]
        and (not sites or one.site_id in sites)
        and (one.free_close_attention > 0 or not seeker.close_attention)
    ]
    shown = ("place_id", "participant_id", "display_name", "programme", "status", "waiting_reason", "close_attention")
    where = ("cohort_id", "site_id", "site_name", "first_session_at")
    return PlaceSheet(
        **{name: row[name] for name in (*shown, *where)},
        offer=await OfferRows(conn).of_place(place_id),
        choices=sorted(choices, key=lambda one: (not one.fits, one.first_session_at, one.cohort_id)),
    )


async def suggestions_for(
    conn: AsyncConnection, programme: str, *, most: int, offering: Offering, now: datetime
) -> list[SuggestedCohort]:
    """Where and when the next cohorts of a programme should open, by who waits."""
    rules = offering.programmes[programme]
    waiting = await PlaceRows(conn).all_waiting(programme)
    people = [Hopeful(place_id=one.place.place_id, seeker=one.seeker, since=one.since, refused=one.refused) for one in waiting]
    found = (await conn.execute(LIVE_SITES, {"capacity": rules.usual_capacity})).mappings()
    sites = [
        OpenCohort(
            cohort_id=UUID(int=number),
            programme=programme,
            site_id=row["site_id"],
            outward_code=row["outward_code"],
            first_session_at=now,
            capacity=row["capacity"],
            seats_taken=0,
            close_attention_limit=rules.close_attention_limit,
            flagged=0,
            access_features=frozenset(row["access_features"]),
            employer=row["employer"],
        )
        for number, row in enumerate(found)
    ]
    names = {one.site_id: one.name for one in await conn.execute(SITE_NAMES)}
    suggested = suggest_cohorts(
        people,
        sites,
        programme=rules,
        reach=offering.reach,
        waited=[max(0, (now - one.since) // _DAY) for one in people],
        most=most,
    )
    return [
        SuggestedCohort(
            site_id=one.site_id,
            site_name=names[one.site_id],
            weekdays=one.weekdays,
            part=one.part,
            expected=one.expected,
            capacity=one.capacity,
            could_come=one.could_come,
            longest_wait_days=one.longest_wait_days,
        )
        for one in suggested
    ]
