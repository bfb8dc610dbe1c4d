"""Counts of the journey so far, and what should never be."""

from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from scheduling.domain.allocation import Allocation
from scheduling.storage.offers import OfferRows
from scheduling.storage.seats import SeatRows
from scheduling.storage.waiting import seeker_of
from scheduling.storage.waiting_list import WAITING
from scheduling.use_cases.look_up import Audit
from scheduling.use_cases.offering import Offering

FUNNEL = text("""
    SELECT
        (SELECT count(*) FROM enrolments) AS enrolled,
        (SELECT count(*) FROM enrolments WHERE status = 'withdrawn') AS withdrawn,
        count(*) FILTER (WHERE cohort_id IS NOT NULL AND status <> 'offered') AS placed,
        count(*) FILTER (WHERE status = 'waiting') AS waiting,
        count(*) FILTER (WHERE sessions_attended > 0) AS started,
        count(*) FILTER (WHERE status IN ('placed', 'attending')) AS in_cohort,
        count(*) FILTER (WHERE status = 'completed') AS completed,
        count(*) FILTER (WHERE status = 'below_completion') AS below_completion,
        count(*) FILTER (WHERE status = 'never_started') AS never_started,
        count(*) FILTER (WHERE status = 'cut_short') AS cut_short,
        count(*) FILTER (WHERE status = 'discontinued') AS discontinued,
        count(*) FILTER (WHERE status = 'offered') AS offered,
        count(*) FILTER (WHERE status = 'declined') AS declined,
        (SELECT count(*) FROM offers) AS offers,
        (SELECT count(*) FROM offers WHERE status = 'accepted') AS offers_accepted,
        (SELECT count(*) FROM offers WHERE status = 'declined') AS offers_declined,
        (SELECT count(*) FROM offers WHERE status = 'expired') AS offers_expired,
        (SELECT count(*) FROM cohorts) AS cohorts,
        (SELECT count(*) FROM sessions WHERE status = 'held') AS sessions_held,
        (SELECT count(*) FROM sessions WHERE status = 'planned' AND ends_at < :now) AS registers_missing
    FROM places
""")

# Each selects the sentences of what should never be. Not counted by the columns that the constraints are on, but by people.
PROBLEMS = text("""
    SELECT format('cohort %s has %s people in %s seats', c.cohort_id, count(*), c.capacity) AS problem
    FROM cohorts c JOIN places p USING (cohort_id) WHERE p.status <> 'discontinued'
    GROUP BY c.cohort_id HAVING count(*) > c.capacity
    UNION ALL
    SELECT format('session %s of cohort %s had %s people in %s seats', s.number, c.cohort_id, count(*), c.capacity)
    FROM sessions s JOIN cohorts c USING (cohort_id) JOIN attendance a USING (session_id) WHERE a.status = 'present'
    GROUP BY s.session_id, c.cohort_id HAVING count(*) > c.capacity
    UNION ALL
    SELECT format(
        'cohort %s has %s people who need close attention, its limit is %s', c.cohort_id, count(*), c.close_attention_limit
    )
    FROM cohorts c JOIN places p USING (cohort_id) WHERE p.status <> 'discontinued' AND p.close_attention
    GROUP BY c.cohort_id HAVING count(*) > c.close_attention_limit
    UNION ALL
    SELECT format('cohort %s counts %s seats and %s flagged people, it has %s and %s', c.cohort_id, c.seats_taken, c.flagged,
        count(p.seat) + guests, count(*) FILTER (WHERE p.seat IS NOT NULL AND p.close_attention) + flagged_guests)
    FROM cohorts c LEFT JOIN places p USING (cohort_id) CROSS JOIN LATERAL (
        SELECT coalesce(max(number), 0) AS guests, coalesce(max(flagged), 0) AS flagged_guests FROM (
            SELECT count(*) AS number, count(*) FILTER (WHERE guest.close_attention) AS flagged
            FROM make_ups m JOIN sessions s USING (session_id) JOIN places guest USING (place_id)
            WHERE m.cohort_id = c.cohort_id AND m.status = 'coming' AND s.status = 'planned' GROUP BY session_id
        ) of_sessions
    ) elsewhere GROUP BY c.cohort_id, guests, flagged_guests
    HAVING c.seats_taken <> count(p.seat) + guests
        OR c.flagged <> count(*) FILTER (WHERE p.seat IS NOT NULL AND p.close_attention) + flagged_guests
    UNION ALL
    SELECT format('place %s is %s and is expected at session %s of another cohort', place_id, p.status, session_id)
    FROM make_ups m JOIN places p USING (place_id) JOIN sessions s USING (session_id)
    WHERE m.status = 'coming' AND s.status = 'planned'
        AND (p.status IN ('waiting', 'offered', 'declined', 'discontinued') OR p.cohort_id <> m.of_cohort_id)
    UNION ALL
    SELECT format('place %s is %s without a cohort', place_id, status)
    FROM places WHERE cohort_id IS NULL AND status NOT IN ('waiting', 'declined', 'discontinued')
    UNION ALL
    SELECT format('enrolment %s has %s live places', enrolment_id, count(*))
    FROM places WHERE status IN ('waiting', 'offered', 'placed', 'attending') GROUP BY enrolment_id HAVING count(*) > 1
    UNION ALL
    SELECT format('enrolment %s has no place and does not wait', enrolment_id)
    FROM enrolments e WHERE status = 'enrolled' AND NOT EXISTS (SELECT FROM places p WHERE p.enrolment_id = e.enrolment_id)
    UNION ALL
    SELECT format('enrolment %s is withdrawn, its place %s is %s', enrolment_id, place_id, p.status)
    FROM enrolments e JOIN places p USING (enrolment_id)
    WHERE e.status = 'withdrawn' AND p.status IN ('waiting', 'offered', 'placed', 'attending')
    UNION ALL
    SELECT format('place %s is %s in a cohort that is %s', place_id, p.status, c.status)
    FROM places p JOIN cohorts c USING (cohort_id)
    WHERE p.status IN ('offered', 'placed', 'attending') AND c.status IN ('finished', 'cancelled')
    UNION ALL
    SELECT format('place %s is %s and %s of its offers stand', p.place_id, p.status, count(o.offer_id))
    FROM places p LEFT JOIN offers o
        ON o.place_id = p.place_id AND o.status = 'offered' AND o.cohort_id = p.cohort_id AND o.token = p.offer_token
    GROUP BY p.place_id HAVING count(o.offer_id) <> CASE WHEN p.status = 'offered' THEN 1 ELSE 0 END
    UNION ALL
    SELECT format('offer %s stands although place %s is %s', offer_id, place_id, p.status)
    FROM offers o JOIN places p USING (place_id) WHERE o.status = 'offered' AND p.status <> 'offered'
    UNION ALL
    SELECT format('offer %s ended at %s and still holds a seat', offer_id, answer_by)
    FROM offers WHERE status = 'offered' AND answer_by < CAST(:now AS timestamptz) - interval '1 hour'
    UNION ALL
    SELECT format('cohort %s was offered to place %s after it was refused', o.cohort_id, o.place_id)
    FROM offers o JOIN offers earlier USING (place_id, cohort_id)
    WHERE earlier.status IN ('declined', 'expired') AND o.offered_at > earlier.offered_at
""")


async def audit(conn: AsyncConnection, *, offering: Offering, now: datetime) -> Audit:
    """Count and look, on one snapshot."""
    funnel = (await conn.execute(FUNNEL, {"now": now})).mappings().one()
    problems = list((await conn.execute(PROBLEMS, {"now": now})).scalars())
    problems += await _waiting_beside_free_seats(conn, offering, now)
    return Audit(funnel=dict(funnel), problems=problems)


async def _waiting_beside_free_seats(conn: AsyncConnection, offering: Offering, now: datetime) -> list[str]:
    found = (await conn.execute(WAITING)).mappings().all()
    cohorts = await SeatRows(conn).all_with_room(sorted({row["programme"] for row in found}), now=now)
    refused = await OfferRows(conn).refused_by([row["place_id"] for row in found])
    can_be_given = [one for one in cohorts if one.first_session_at > offering.earliest_start(one.programme, now=now)]
    left = Allocation(can_be_given, reach=offering.reach)
    return [
        f"participant {row['participant_id']} waits although cohort {cohort_id} has a seat"
        for row in found
        if (cohort_id := left.cohort_for(seeker_of(row), refused=refused.get(row["place_id"], frozenset())))
    ]
