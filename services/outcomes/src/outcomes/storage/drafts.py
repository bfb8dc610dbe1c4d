"""What people have answered and not sent yet, and paper forms that were entered once of twice."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from outcomes.domain.instruments.instrument import Answers
from outcomes.storage.tables import DRAFTS, FIRST_ENTRIES
from outcomes.use_cases.save_draft import Draft
from service_kit import rows


async def add(conn: AsyncConnection, questionnaire_id: UUID, draft: Draft, *, now: datetime) -> None:
    """Add answers to the draft, question by question, so that two devices don't undo each other."""
    row: dict[str, Any] = {
        "questionnaire_id": questionnaire_id,
        "answers": dict(draft.answers),
        "comment": draft.comment,
        "saved_at": now,
    }
    row["interests"] = None if draft.interests is None else list(draft.interests)
    new = insert(DRAFTS).values(row)
    await conn.execute(
        new.on_conflict_do_update(
            index_elements=["questionnaire_id"],
            set_={
                "answers": DRAFTS.c.answers.op("||")(new.excluded.answers),
                "comment": func.coalesce(new.excluded.comment, DRAFTS.c.comment),
                "interests": func.coalesce(new.excluded.interests, DRAFTS.c.interests),
                "saved_at": new.excluded.saved_at,
            },
        )
    )


async def of(conn: AsyncConnection, questionnaire_id: UUID) -> Draft:
    """The draft, empty where nothing was answered yet."""
    row = (await conn.execute(select(DRAFTS).where(DRAFTS.c.questionnaire_id == questionnaire_id))).one_or_none()
    if row is None:
        return Draft()
    interests = None if row.interests is None else tuple(row.interests)
    return Draft(answers=row.answers, comment=row.comment, interests=interests)


async def forget(conn: AsyncConnection, questionnaire_id: UUID) -> None:
    """Delete the draft, and the first entry of a paper form."""
    for table in (DRAFTS, FIRST_ENTRIES):
        await conn.execute(delete(table).where(table.c.questionnaire_id == questionnaire_id))


async def keep_first_entry(
    conn: AsyncConnection, questionnaire_id: UUID, answers: Mapping[str, Answers], *, entered_by: str, now: datetime
) -> None:
    """Keep the first of two entries of a paper form; one that is there already is replaced."""
    row = {
        "questionnaire_id": questionnaire_id,
        "answers": {code: dict(given) for code, given in answers.items()},
        "entered_by": entered_by,
        "entered_at": now,
    }
    await rows.upsert(conn, FIRST_ENTRIES, [row])
