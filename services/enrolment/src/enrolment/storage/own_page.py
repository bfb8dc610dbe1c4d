"""What a person's own page needs of the database."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from enrolment.domain.links import OWN_PAGE
from enrolment.domain.person import home_number
from enrolment.storage.people import PeopleRepository
from enrolment.storage.tables import HOME_NUMBER, LINKS

# As the indexes have it.
_REACHED_BY_EMAIL = text(
    "SELECT id FROM participants WHERE status = 'active' AND lower(email) = lower(:address) ORDER BY id LIMIT 5"
)
_REACHED_BY_PHONE = text(
    f"SELECT id FROM participants WHERE status = 'active' AND {HOME_NUMBER} = :address ORDER BY id LIMIT 5"  # noqa: S608 - ours
)
_ENROLMENTS = text("SELECT id, programme, status, enrolled_at FROM enrolments WHERE participant_id = :id ORDER BY enrolled_at")


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolmentSeen:
    """An enrolment as its person sees it."""

    id: UUID
    programme: str
    status: str
    enrolled_at: datetime


class OwnPageRepository(PeopleRepository):
    """What the page shows, beside what changes people."""

    async def enrolments(self, participant_id: UUID) -> list[EnrolmentSeen]:
        """Return somebody's enrolments, the oldest first."""
        found = await self._conn.execute(_ENROLMENTS, {"id": participant_id})
        return [EnrolmentSeen(**row) for row in found.mappings()]


async def reached_by(conn: AsyncConnection, address: str) -> list[UUID]:
    """Return the people who are reached by a phone number or an email address; five at most."""
    by_email = "@" in address
    query = _REACHED_BY_EMAIL if by_email else _REACHED_BY_PHONE
    found = await conn.execute(query, {"address": address.strip() if by_email else home_number(address)})
    return list(found.scalars())


async def links_sent(conn: AsyncConnection, participant_id: UUID, *, now: datetime) -> int:
    """Return how many links to their own page somebody got in the last hour."""
    query = select(func.count()).where(
        LINKS.c.participant_id == participant_id, LINKS.c.purpose == OWN_PAGE, LINKS.c.issued_at > now - timedelta(hours=1)
    )
    return int((await conn.execute(query)).scalar_one())
