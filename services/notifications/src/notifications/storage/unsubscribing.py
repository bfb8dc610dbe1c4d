"""Who wants no more of the emails that a person may do without."""

from datetime import datetime

from sqlalchemy import literal, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from notifications.storage.tables import CONTACTS, MESSAGES, UNSUBSCRIBED


async def unsubscribe(conn: AsyncConnection, token: str, *, at: datetime) -> bool:
    """The address of the person whose email had this token takes no more; False where no email had it."""
    theirs = (
        select(CONTACTS.c.email_hash, literal(at))
        .join(MESSAGES, MESSAGES.c.participant_id == CONTACTS.c.participant_id)
        .where(MESSAGES.c.unsubscribe == token, CONTACTS.c.email_hash.is_not(None))
    )
    await conn.execute(insert(UNSUBSCRIBED).from_select(["email_hash", "at"], theirs).on_conflict_do_nothing())
    return (await conn.execute(select(MESSAGES.c.id).where(MESSAGES.c.unsubscribe == token))).scalar() is not None
