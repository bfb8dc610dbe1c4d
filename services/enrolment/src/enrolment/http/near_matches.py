"""People who may be one: what waits, and what was decided."""

from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from service_kit.access import Access, Member

MOST = 200

_LIST = text(
    """
SELECT n.id, n.status, n.found_at, n.referral_id, n.decided_at, n.decided_by,
       one.id AS one_id, one.given_name || ' ' || one.family_name AS one_name, one.birth_date AS one_born,
       coalesce(one.nhs_number, one.nhs_number_as_sent) AS one_number, one.postcode AS one_postcode, one.status AS one_status,
       other.id AS other_id, other.given_name || ' ' || other.family_name AS other_name, other.birth_date AS other_born,
       coalesce(other.nhs_number, other.nhs_number_as_sent) AS other_number, other.postcode AS other_postcode,
       other.status AS other_status
FROM near_matches n JOIN participants one ON one.id = n.one_id JOIN participants other ON other.id = n.other_id
WHERE n.status = :status AND (:status <> 'open' OR (one.status = 'active' AND other.status = 'active'))
ORDER BY n.found_at, n.id LIMIT :limit
"""
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """One of two people who are alike."""

    id: UUID
    name: str
    birth_date: date
    nhs_number: str | None
    postcode: str | None
    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NearMatchShown:
    """A pair. `decided_by` is the member of staff who decided, if somebody did."""

    id: UUID
    status: str
    found_at: datetime
    referral_id: UUID | None
    decided_at: datetime | None
    decided_by: str | None
    one: Compared
    other: Compared


async def near_matches(conn: AsyncConnection, *, status: str = "open", limit: int = MOST) -> list[NearMatchShown]:
    """Return pairs of one status (open, merged, kept_apart), the oldest first."""
    found = await conn.execute(_LIST, {"status": status, "limit": limit})
    return [
        NearMatchShown(
            **{name: row[name] for name in ("id", "status", "found_at", "referral_id", "decided_at", "decided_by")},
            one=_compared(row, "one"),
            other=_compared(row, "other"),
        )
        for row in found.mappings()
    ]


def near_matches_router(*, engine: AsyncEngine, access: Access) -> APIRouter:
    """`GET /enrolment/near-matches?status=`."""
    router = APIRouter()

    @router.get("/near-matches")
    async def listing(
        _: Annotated[Member, Depends(access.allow("coordinator", "clinician"))], status: str = "open"
    ) -> list[dict[str, Any]]:
        """The pairs of one status. `POST /enrolment/participants/{id}/merge` or `…/keep-apart` with `other` decides."""
        async with engine.connect() as conn:
            return [asdict(each) for each in await near_matches(conn, status=status)]

    return router


def _compared(row: Any, which: str) -> Compared:
    return Compared(
        id=row[f"{which}_id"],
        name=row[f"{which}_name"],
        birth_date=row[f"{which}_born"],
        nhs_number=row[f"{which}_number"],
        postcode=row[f"{which}_postcode"],
        status=row[f"{which}_status"],
    )
