"""The waiting list as it is read: who waits, longest first, and who of them fits what is free.

Of those who have waited equally long, whoever enrolled first comes first; ids of enrolments are in the order of their making.
"""

from typing import Any

from sqlalchemy import ARRAY, Integer, Uuid, bindparam, text

from scheduling.domain.distance import EARTH_RADIUS_KM
from scheduling.domain.fitting import EVERYBODYS_LANGUAGE, Seeker

# What a seeker is made from beside a place's own columns, and since when they wait.
SEEKER_COLUMNS = """
    e.preferred_site, e.outward_code, e.times AS available, e.access_needs, e.language, e.employer,
    coalesce(e.referred_at, e.enrolled_at) AS since
"""

WAITING_OF = text(f"""
    SELECT p.*, {SEEKER_COLUMNS} FROM places p JOIN enrolments e USING (enrolment_id)
    WHERE p.place_id = ANY (:ids) AND p.status = 'waiting' ORDER BY since, e.enrolled_at, enrolment_id
""").bindparams(bindparam("ids", type_=ARRAY(Uuid)))  # noqa: S608 - columns from above

ALL_WAITING = text(f"""
    SELECT p.*, {SEEKER_COLUMNS} FROM places p JOIN enrolments e USING (enrolment_id)
    WHERE p.programme = :programme AND p.status = 'waiting' ORDER BY since, e.enrolled_at, enrolment_id
""")  # noqa: S608 - columns from above

# The rule is fits() in domain/fitting.py; this says the same for a few cohorts and everybody who waits.
LONGEST_WAITING = text(f"""
    WITH free AS (
        SELECT c.cohort_id, c.programme, c.site_id, c.times, c.language, c.employer, s.outward_code,
            s.access_features, reach.km, o.latitude, o.longitude
        FROM unnest(:ids, :reaches) AS reach (cohort_id, km)
        JOIN cohorts c USING (cohort_id) JOIN sites s USING (site_id) LEFT JOIN outward_codes o USING (outward_code)
    ), fitting AS (
        SELECT p.*, {SEEKER_COLUMNS}, e.enrolled_at, row_number() OVER (
            PARTITION BY free.cohort_id, p.close_attention
            ORDER BY coalesce(e.referred_at, e.enrolled_at), e.enrolled_at, e.enrolment_id
        ) AS turn
        FROM free
        JOIN places p ON p.status = 'waiting' AND p.programme = free.programme
        JOIN enrolments e ON e.enrolment_id = p.enrolment_id
        LEFT JOIN outward_codes home ON home.outward_code = upper(e.outward_code)
        WHERE free.times & e.times = free.times
            AND (free.employer IS NULL OR free.employer = e.employer)
            AND free.language IN ('{EVERYBODYS_LANGUAGE}', e.language)
            AND free.access_features @> e.access_needs
            AND CASE
                WHEN coalesce(e.preferred_site, '') <> '' THEN e.preferred_site = free.site_id
                WHEN coalesce(e.outward_code, '') = '' THEN true
                WHEN home.latitude IS NULL OR free.latitude IS NULL
                    THEN upper(substring(e.outward_code, '^[A-Za-z]+')) = upper(substring(free.outward_code, '^[A-Za-z]+'))
                ELSE free.km >= 2 * {EARTH_RADIUS_KM} * asin(sqrt(least(1,
                    power(sind((free.latitude - home.latitude) / 2), 2)
                    + cosd(home.latitude) * cosd(free.latitude) * power(sind((free.longitude - home.longitude) / 2), 2)
                )))
            END
            AND NOT EXISTS (
                SELECT FROM offers
                WHERE offers.place_id = p.place_id AND offers.cohort_id = free.cohort_id
                    AND offers.status IN ('declined', 'expired')
            )
    )
    SELECT * FROM fitting WHERE turn <= :limit ORDER BY since, enrolled_at, enrolment_id
""").bindparams(  # noqa: S608 - constants and columns from above
    bindparam("ids", type_=ARRAY(Uuid)), bindparam("reaches", type_=ARRAY(Integer))
)


def seeker_of(row: Any) -> Seeker:
    """What matters about the person of one row when a seat is looked for."""
    return Seeker(
        programme=row["programme"],
        preferred_site=row["preferred_site"],
        outward_code=row["outward_code"],
        close_attention=row["close_attention"],
        available=row["available"],
        access_needs=frozenset(row["access_needs"]),
        language=row["language"],
        employer=row["employer"],
    )
