"""The waiting list as it is read: who waits, longest enrolled first."""

from typing import Any

from sqlalchemy import text

from scheduling.domain.allocation import Seeker

WAITING = text("""
    SELECT p.participant_id, display_name, p.programme, e.preferred_site, e.outward_code, p.close_attention, e.enrolled_at
    FROM places p JOIN enrolments e USING (enrolment_id) LEFT JOIN people ON people.participant_id = p.participant_id
    WHERE p.status = 'waiting' ORDER BY e.enrolled_at, e.enrolment_id
""")


def seeker_of(row: Any) -> Seeker:
    """What matters about the person of one row when a seat is looked for."""
    return Seeker(
        programme=row["programme"],
        preferred_site=row["preferred_site"],
        outward_code=row["outward_code"],
        close_attention=row["close_attention"],
    )
