"""Links to people's own pages, and whose questionnaires they show."""

from datetime import datetime

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from outcomes.domain.own_links import hash_of_token
from outcomes.storage.repositories import questionnaire_from, signposting_from
from outcomes.storage.tables import QUESTIONNAIRES, SIGNPOSTING
from outcomes.use_cases.views import OwnThings

# Whose link it is, or whom they were merged into in the end; nobody who has died or was erased.
_HOLDER = text(
    """
WITH RECURSIVE holder AS (
  SELECT participant_id FROM own_links WHERE token_hash = :token_hash AND status = 'issued' AND expires_at > :now
  UNION
  SELECT s.merged_into FROM holder JOIN standings s USING (participant_id) WHERE s.status = 'merged' AND s.merged_into IS NOT NULL
)
SELECT participant_id FROM holder LEFT JOIN standings s USING (participant_id) WHERE s.status IS NULL OR s.status = 'active'
"""
)


async def own_things(conn: AsyncConnection, token: str, *, now: datetime) -> OwnThings | None:
    """Return what the person of a link sees; None for a link that no longer opens."""
    person = (await conn.execute(_HOLDER, {"token_hash": hash_of_token(token), "now": now})).scalar_one_or_none()
    if person is None:
        return None
    query = select(QUESTIONNAIRES).where(QUESTIONNAIRES.c.participant_id == person).order_by(QUESTIONNAIRES.c.due_at)
    newest = select(SIGNPOSTING).where(SIGNPOSTING.c.participant_id == person).order_by(SIGNPOSTING.c.issued_at.desc()).limit(1)
    issued = (await conn.execute(newest)).mappings().one_or_none()
    return OwnThings(
        questionnaires=tuple(questionnaire_from(dict(row)) for row in (await conn.execute(query)).mappings()),
        signposts=() if issued is None else signposting_from(dict(issued)).signposts,
    )
