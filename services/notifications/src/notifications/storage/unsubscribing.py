"""Who wants no more of the emails that a person may do without."""

from datetime import datetime

from sqlalchemy import literal, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from notifications.domain.content import ENGLISH, language_of
from notifications.storage.contacts import StoredContacts
from notifications.storage.tables import CONTACTS, MESSAGES, UNSUBSCRIBED


async def unsubscribe(conn: AsyncConnection, token: str, *, at: datetime | None) -> str | None:
    """The address of the person whose email had this token takes no more since `at`; where that is None they only ask.

    Gives the person's language; None where no email had the token.
    """
    if at is not None:
        await _take_no_more(conn, token, at=at)
    return await _language_by(conn, token)


async def _take_no_more(conn: AsyncConnection, token: str, *, at: datetime) -> None:
    theirs = (
        select(CONTACTS.c.email_hash, literal(at))
        .join(MESSAGES, MESSAGES.c.participant_id == CONTACTS.c.participant_id)
        .where(MESSAGES.c.unsubscribe == token, CONTACTS.c.email_hash.is_not(None))
    )
    await conn.execute(insert(UNSUBSCRIBED).from_select(["email_hash", "at"], theirs).on_conflict_do_nothing())


async def _language_by(conn: AsyncConnection, token: str) -> str | None:
    owner = (await conn.execute(select(MESSAGES.c.participant_id).where(MESSAGES.c.unsubscribe == token))).scalar()
    if owner is None:
        return None
    contact = (await StoredContacts(conn).of([owner])).get(owner)
    return ENGLISH if contact is None else language_of(contact.language)
