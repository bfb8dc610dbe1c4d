"""Whether enrolment's rows tell one consistent story."""

from collections.abc import Collection
from typing import Any

from fastapi import APIRouter, Depends
from sqlalchemy import ARRAY, Text, bindparam, text
from sqlalchemy.ext.asyncio import AsyncEngine

from service_kit.access import Access

# Messages that became a referral are counted by what the referral is now; the others by their answer. Cancellations are
# about a referral that was counted. A nomination is none yet.
_FUNNEL = text(
    """
WITH referral AS (SELECT status, count(*) AS count FROM referrals GROUP BY status),
message AS (
  SELECT status, count(*) AS count FROM receipts
  WHERE NOT is_cancellation AND channel <> ALL(:nominating) AND status <> 'received'
  AND (referral_id IS NULL OR (status = 'duplicate' AND first_status IS NOT NULL)) GROUP BY status
),
both_kinds AS (SELECT * FROM referral UNION ALL SELECT * FROM message)
SELECT coalesce(sum(count), 0) AS referred,
  coalesce(sum(count) FILTER (WHERE status = 'accepted'), 0) AS accepted,
  coalesce(sum(count) FILTER (WHERE status = 'needs_review'), 0) AS needs_review,
  coalesce(sum(count) FILTER (WHERE status = 'declined'), 0) AS declined,
  coalesce(sum(count) FILTER (WHERE status = 'duplicate'), 0) AS duplicate,
  coalesce(sum(count) FILTER (WHERE status = 'cancelled'), 0) AS cancelled,
  coalesce(sum(count) FILTER (WHERE status = 'invalid'), 0) AS invalid,
  (SELECT count(*) FROM participants) AS participants,
  (SELECT count(*) FROM enrolments WHERE status = 'enrolled') AS enrolled
FROM both_kinds
"""
).bindparams(bindparam("nominating", type_=ARRAY(Text)))
_PROBLEMS = {
    "Referral {id} has no known state.": """
        SELECT id FROM referrals WHERE status NOT IN ('accepted', 'declined', 'duplicate', 'needs_review', 'cancelled')""",
    "Referral {id} was decided without a receipt to its sender.": """
        SELECT r.id FROM referrals r WHERE NOT EXISTS (SELECT FROM receipts WHERE referral_id = r.id)""",
    "Referral {id} is {status} without a reason.": """
        SELECT id, status FROM referrals WHERE status <> 'accepted' AND reasons = '[]'""",
    "Referral {id} is accepted, but its person's enrolment {enrolment_id} has ended.": """
        SELECT r.id, r.enrolment_id FROM referrals r JOIN enrolments e ON e.id = r.enrolment_id
        WHERE r.status = 'accepted' AND e.status <> 'enrolled'""",
    "Enrolment {id} has no referral that stands.": """
        SELECT e.id FROM enrolments e WHERE e.status = 'enrolled' AND NOT EXISTS
        (SELECT FROM referrals r WHERE r.enrolment_id = e.id AND r.participant_id = e.participant_id
         AND r.status IN ('accepted', 'duplicate'))""",
    "Participant {id} is enrolled more than once in {programme}.": """
        SELECT participant_id AS id, programme FROM enrolments WHERE status = 'enrolled' AND NOT doubled
        GROUP BY participant_id, programme HAVING count(*) > 1""",
    "Participants {ids} have one NHS number and birth date.": """
        SELECT string_agg(CAST(id AS text), ' and ') AS ids FROM participants WHERE nhs_number IS NOT NULL
        AND status <> 'merged' GROUP BY nhs_number, birth_date HAVING count(*) > 1""",
    "Participant {id} has no referral.": """
        SELECT p.id FROM participants p WHERE p.status <> 'merged'
        AND NOT EXISTS (SELECT FROM referrals r WHERE r.participant_id = p.id)""",
    "Referral {id} with a red flag was accepted without a clinician.": """
        SELECT id FROM referrals WHERE status = 'accepted' AND jsonb_typeof(answers -> 'red_flags') = 'array'
        AND answers -> 'red_flags' <> '[]' AND coalesce(decided_by, '') NOT LIKE '%(clinician)'""",
}


def audit_router(*, engine: AsyncEngine, access: Access, nominating: Collection[str]) -> APIRouter:
    """`GET /enrolment/audit` for an admin. `nominating` are the channels whose messages are no referrals."""
    router = APIRouter()

    @router.get("/audit", dependencies=[Depends(access.allow("admin"))])
    async def audit() -> dict[str, Any]:
        """How many referrals ended where, and every row that contradicts another."""
        async with engine.connect() as conn:
            funnel = (await conn.execute(_FUNNEL, {"nominating": list(nominating)})).mappings().one()
            problems = [
                sentence.format(**row)
                for sentence, query in _PROBLEMS.items()
                for row in (await conn.execute(text(query))).mappings()
            ]
        return {"funnel": {name: int(count) for name, count in funnel.items()}, "problems": problems}

    return router
