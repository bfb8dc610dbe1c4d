"""Replies in the database."""

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, any_, literal, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from notifications.domain.place import OFFERED
from notifications.domain.replies import Word
from notifications.domain.replying import Doubt
from notifications.storage.tables import PLACES, REPLIES
from notifications.use_cases.take_reply import Reply

MOST_LISTED = 200


class StoredReplies:
    """`Replies` over one connection, and what staff see of them."""

    def __init__(self, conn: AsyncConnection) -> None:
        self._conn = conn

    async def add_new(self, reply: Reply) -> bool:
        row = {field.name: getattr(reply, field.name) for field in fields(reply)} | {"participants": list(reply.participants)}
        asked = insert(REPLIES).values(row).on_conflict_do_nothing(constraint="replies_once").returning(REPLIES.c.id)
        return (await self._conn.execute(asked)).scalar() is not None

    async def open_offers(self, participant_ids: Sequence[UUID]) -> list[UUID]:
        theirs = PLACES.c.participant_id == any_(literal(list(participant_ids), ARRAY(Uuid())))
        query = select(PLACES.c.id).where(theirs, PLACES.c.status == OFFERED).order_by(PLACES.c.id)
        return list((await self._conn.execute(query)).scalars())

    async def for_staff(self) -> list[Reply]:
        """Replies that a member of staff has to read, the oldest first."""
        waiting = REPLIES.c.doubt.is_not(None) & REPLIES.c.done_at.is_(None)
        query = select(REPLIES).where(waiting).order_by(REPLIES.c.received_at, REPLIES.c.id).limit(MOST_LISTED)
        return [
            Reply(
                **{
                    **row,
                    "participants": tuple(row["participants"]),
                    "word": Word(row["word"]) if row["word"] else None,
                    "doubt": Doubt(row["doubt"]) if row["doubt"] else None,
                }
            )
            for row in (await self._conn.execute(query)).mappings()
        ]

    async def done(self, reply_id: UUID, *, by: str, at: datetime) -> bool:
        """A member of staff has dealt with it: its words and number are forgotten. False where nothing waited."""
        waiting = REPLIES.c.doubt.is_not(None) & REPLIES.c.done_at.is_(None)
        settled = update(REPLIES).where(REPLIES.c.id == reply_id, waiting).values(done_at=at, done_by=by, phone=None, text=None)
        return (await self._conn.execute(settled.returning(REPLIES.c.id))).scalar() is not None
