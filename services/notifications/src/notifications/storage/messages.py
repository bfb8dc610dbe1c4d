"""Messages in the database."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Integer, RowMapping, Select, Text, any_, bindparam, func, literal, select, text
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.elements import TextClause

from notifications.domain.message import Channel, Kind, Message, Reason, Stage, Status
from notifications.storage.any_of import any_of
from notifications.storage.tables import MESSAGES
from notifications.use_cases.desk import Given
from service_kit import due, rows

_MESSAGE_FIELDS = tuple(field.name for field in fields(Message))
_CHANGING = (
    "id",
    "participant_id",
    "facts",
    "status",
    "reason",
    "due_at",
    "useful_until",
    "changed_at",
    "sequence",
    "attempts",
    "channel",
    "provider",
    "claimed_until",
    "retry_at",
    "given_at",
    "words",
    "unsubscribe",
)
_MAY_HAVE_GONE = (Status.SENDING, Status.SENT, Status.DELIVERED, Status.UNKNOWN)
# Written out, not bound, because the planner uses a partial index only for a condition that it can read.
_IS_OPEN = text("messages.status IN ('planned', 'deferred')")


def _free_by(moment: ColumnElement[datetime], *conditions: ColumnElement[bool] | TextClause) -> Select[Any]:
    """Those whose moment has come and that nobody else holds, the earliest first. Made once: it is asked after every plan."""
    return (
        select(MESSAGES)
        .where(*conditions, moment <= bindparam("moment", type_=moment.type))
        .order_by(moment, MESSAGES.c.id)
        .limit(bindparam("limit", type_=Integer))
        .with_for_update(skip_locked=True)
    )


_PLANNED = _free_by(MESSAGES.c.due_at, _IS_OPEN, MESSAGES.c.retry_at.is_(None))
_AGAIN = _free_by(MESSAGES.c.retry_at)
_OVERDUE = _free_by(MESSAGES.c.claimed_until)


class StoredMessages:
    """`Messages` in the database. Rows are locked in the order of their ids, so that no two transactions wait for each other."""

    def __init__(self, conn: AsyncConnection) -> None:
        self._conn = conn

    async def of_participants(self, participant_ids: Collection[UUID]) -> list[Message]:
        return await self._locked(MESSAGES.c.participant_id == any_of(participant_ids))

    async def open_of_participants(self, participant_ids: Collection[UUID]) -> list[Message]:
        return await self._locked(MESSAGES.c.participant_id == any_of(participant_ids), _IS_OPEN)

    async def by_id(self, message_ids: Collection[UUID]) -> list[Message]:
        return await self._locked(MESSAGES.c.id == any_of(message_ids))

    async def about(self, kind: Kind, about_ids: Collection[str]) -> list[Message]:
        same_kind = text(f"messages.kind = '{kind.value}'")
        return await self._locked(MESSAGES.c.about_id == any_(literal(list(about_ids), ARRAY(Text()))), same_kind)

    async def dropped_for(self, reason: Reason, participant_ids: Collection[UUID]) -> list[Message]:
        dropped = MESSAGES.c.status == Status.DROPPED
        return await self._locked(MESSAGES.c.participant_id == any_of(participant_ids), dropped, MESSAGES.c.reason == reason)

    async def due(self, *, now: datetime, real_now: datetime, limit: int) -> list[Message]:
        found = await self._free(_PLANNED, now, limit)
        return found if len(found) == limit else found + await self._free(_AGAIN, real_now, limit - len(found))

    async def overdue_in_sending(self, *, real_now: datetime, limit: int) -> list[Message]:
        return await self._free(_OVERDUE, real_now, limit)

    async def add(self, messages: Sequence[Message]) -> None:
        due.soon(self._conn)
        await rows.insert_new(
            self._conn,
            MESSAGES,
            [{name: getattr(message, name) for name in _MESSAGE_FIELDS} | _life(message) for message in messages],
            returning="id",
        )

    async def change(self, messages: Sequence[Message]) -> None:
        due.soon(self._conn)
        changed = [{name: getattr(message, name) for name in _CHANGING} | _life(message) for message in messages]
        await rows.update(self._conn, MESSAGES, changed)

    async def given_since(self, participant_ids: Collection[UUID], *, since: datetime) -> list[Given]:
        columns = (MESSAGES.c.id, MESSAGES.c.participant_id, MESSAGES.c.given_at, MESSAGES.c.words)
        query = select(*columns).where(
            MESSAGES.c.participant_id == any_of(participant_ids),
            MESSAGES.c.given_at >= since,
            MESSAGES.c.status.in_(_MAY_HAVE_GONE),
        )
        return [Given(*row) for row in await self._conn.execute(query)]

    async def _locked(self, *conditions: ColumnElement[bool] | TextClause) -> list[Message]:
        found = await self._conn.execute(select(MESSAGES).where(*conditions).order_by(MESSAGES.c.id).with_for_update())
        return [_message(row) for row in found.mappings()]

    async def _free(self, statement: Select[Any], moment: datetime, limit: int) -> list[Message]:
        found = await self._conn.execute(statement, {"moment": moment, "limit": limit})
        return [_message(row) for row in found.mappings()]


async def oldest_deferral(conn: AsyncConnection) -> datetime | None:
    """Since when, in domain time, the message waits that was deferred longest ago."""
    # The first condition says nothing new: by it the planner knows the index of what is still to be sent.
    query = select(func.min(MESSAGES.c.changed_at)).where(_IS_OPEN, MESSAGES.c.status == Status.DEFERRED)
    found: datetime | None = (await conn.execute(query)).scalar()
    return found


async def earliest_due(conn: AsyncConnection) -> datetime | None:
    """The domain time at which the next message is due that no provider has put off."""
    query = select(MESSAGES.c.due_at).where(_IS_OPEN, MESSAGES.c.retry_at.is_(None)).order_by(MESSAGES.c.due_at).limit(1)
    return (await conn.execute(query)).scalar()


async def earliest_retry(conn: AsyncConnection) -> datetime | None:
    """The real time at which the next message is to be tried again."""
    query = select(MESSAGES.c.retry_at).where(MESSAGES.c.retry_at.is_not(None)).order_by(MESSAGES.c.retry_at).limit(1)
    return (await conn.execute(query)).scalar()


async def earliest_overdue(conn: AsyncConnection) -> datetime | None:
    """The real time at which the next message that is being sent is to be settled."""
    column = MESSAGES.c.claimed_until
    return (await conn.execute(select(column).where(column.is_not(None)).order_by(column).limit(1))).scalar()


def _life(message: Message) -> dict[str, Any]:
    stages = [
        {"status": stage.status, "at": stage.at.isoformat(), "reason": stage.reason, "provider": stage.provider}
        for stage in message.life
    ]
    return {"life": stages}


def _message(row: RowMapping) -> Message:
    return Message(
        **{
            **row,
            "kind": Kind(row["kind"]),
            "status": Status(row["status"]),
            "reason": Reason(row["reason"]) if row["reason"] else None,
            "channel": Channel(row["channel"]) if row["channel"] else None,
            "only_channel": Channel(row["only_channel"]) if row["only_channel"] else None,
            "life": tuple(_stage(stage) for stage in row["life"]),
        }
    )


def _stage(written: Mapping[str, Any]) -> Stage:
    return Stage(
        status=Status(written["status"]),
        at=datetime.fromisoformat(written["at"]),
        reason=Reason(written["reason"]) if written["reason"] else None,
        provider=written["provider"],
    )
