"""Looking up the person whom an address names."""

from http import HTTPStatus
from uuid import UUID

from fastapi import HTTPException
from sqlalchemy.ext.asyncio import AsyncEngine

from enrolment.http import reading


async def person_named(engine: AsyncEngine, participant_id: UUID) -> reading.Journey:
    """Return somebody's journey; 404 for somebody unknown."""
    async with engine.connect() as conn:
        found = await reading.journey(conn, participant_id)
    if found is None:
        raise HTTPException(HTTPStatus.NOT_FOUND, "There is no participant with this id.")
    return found
