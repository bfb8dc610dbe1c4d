"""What pages and reports show, as plain SQL."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, RowMapping, func, or_, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from notifications.domain.going import URGENT
from notifications.domain.message import Channel, Reason, Status
from notifications.storage.tables import MAILBOX, MESSAGES, PEOPLE
from notifications.use_cases.mailbox import Delivered
from notifications.use_cases.views import Audit, Listing, MailboxListing, MessageLife, MessageLine, Rate, StageLine

STUCK_AFTER = timedelta(minutes=5)
LATE_AFTER = timedelta(hours=1)
MOST_PROBLEMS_OF_A_KIND = 20

# Each finds ids of what must never be; the sentence says what that is.
_PROBLEMS = (
    (
        "Message {id} reached the mailbox more than once.",
        "SELECT reference AS id FROM mailbox WHERE copies > 1",
    ),
    (
        "Participant {id} has two messages of one kind about the same thing in the mailbox.",
        (
            "SELECT participant_id AS id FROM messages JOIN mailbox ON reference = messages.id::text"
            " GROUP BY participant_id, kind, about_id HAVING count(*) > 1"
        ),
    ),
    (
        "Message {id} counts as sent by a local provider, but the mailbox doesn't have it.",
        (
            "SELECT id FROM messages WHERE status = 'sent' AND provider IN ('local_sms', 'local_mailbox')"
            " AND NOT EXISTS (SELECT FROM mailbox WHERE reference = messages.id::text)"
        ),
    ),
    (
        "Message {id} is in the mailbox, but doesn't count as sent.",
        "SELECT messages.id FROM messages JOIN mailbox ON reference = messages.id::text WHERE status NOT IN ('sent', 'sending')",
    ),
    (
        "Message {id} has been in sending for too long.",
        "SELECT id FROM messages WHERE claimed_until < :stuck_before",
    ),
    (
        "Message {id} is overdue and nobody has looked at it.",
        "SELECT id FROM messages WHERE status IN ('planned', 'deferred') AND retry_at IS NULL AND due_at < :late_before",
    ),
    (
        "Message {id} reached the person when its use was over.",
        (
            "SELECT messages.id FROM messages JOIN mailbox ON reference = messages.id::text"
            " WHERE received_at > useful_until + interval '1 minute'"
        ),
    ),
    (
        "Message {id} reached the person in the quiet hours.",
        (
            "SELECT messages.id FROM messages JOIN mailbox ON reference = messages.id::text"
            " WHERE (received_at AT TIME ZONE 'Europe/London')::time NOT BETWEEN '08:00' AND '20:01'"
            " AND kind <> ALL(:urgent) AND NOT coalesce((facts ->> 'urgent')::boolean, false)"
        ),
    ),
)


class StoredViews:
    """`Views` over one connection."""

    def __init__(self, conn: AsyncConnection) -> None:
        self._conn = conn

    async def mailbox(
        self, *, channel: str | None, recipient: str | None, reference: str | None, limit: int, offset: int
    ) -> MailboxListing:
        """What the local providers delivered, newest first."""
        conditions = _given((MAILBOX.c.channel, channel), (MAILBOX.c.recipient, recipient), (MAILBOX.c.reference, reference))
        query = select(MAILBOX).where(*conditions).order_by(MAILBOX.c.received_at.desc(), MAILBOX.c.id.desc())
        found = (await self._conn.execute(query.limit(limit).offset(offset))).mappings()
        return MailboxListing(items=[_delivered(row) for row in found], total=await self._count(MAILBOX.c.id, conditions))

    async def delivered(self, mailbox_id: UUID) -> Delivered | None:
        """One of them."""
        row = (await self._conn.execute(select(MAILBOX).where(MAILBOX.c.id == mailbox_id))).mappings().one_or_none()
        return None if row is None else _delivered(row)

    async def log(
        self,
        *,
        participant_id: UUID | None,
        kind: str | None,
        channel: str | None,
        status: str | None,
        limit: int,
        offset: int,
    ) -> Listing:
        """Messages, newest planned first."""
        conditions = _given(
            (MESSAGES.c.participant_id, participant_id),
            (MESSAGES.c.kind, kind),
            (MESSAGES.c.channel, channel),
            (MESSAGES.c.status, status),
        )
        query = select(MESSAGES).where(*conditions).order_by(MESSAGES.c.id.desc()).limit(limit).offset(offset)
        lines = [_line(row) for row in (await self._conn.execute(query)).mappings()]
        return Listing(lines=lines, total=await self._count(MESSAGES.c.id, conditions))

    async def life(self, message_id: UUID) -> MessageLife | None:
        """One message and its life."""
        row = (await self._conn.execute(select(MESSAGES).where(MESSAGES.c.id == message_id))).mappings().one_or_none()
        if row is None:
            return None
        planned = StageLine(status=Status.PLANNED, at=row["planned_at"], reason=None, provider=None)
        return MessageLife(
            line=_line(row),
            stages=[planned, *(_stage_line(stage) for stage in row["life"])],
            asked_by=row["asked_by"],
            asked_because=row["asked_because"],
        )

    async def rates(self, *, since: datetime) -> Sequence[Rate]:
        """What became of messages that providers were given since then, by kind and provider."""
        numbers = [
            func.count().filter(MESSAGES.c.status == status).label(status)
            for status in (Status.DELIVERED, Status.SENT, Status.FAILED, Status.UNKNOWN)
        ]
        query = (
            select(MESSAGES.c.kind, MESSAGES.c.provider, *numbers)
            .where(MESSAGES.c.given_at >= since, MESSAGES.c.status.in_([number.name for number in numbers]))
            .group_by(MESSAGES.c.kind, MESSAGES.c.provider)
            .order_by(MESSAGES.c.kind, MESSAGES.c.provider)
        )
        return [Rate(**row) for row in (await self._conn.execute(query)).mappings()]

    async def history(self, participant_id: UUID) -> Sequence[MessageLine]:
        """All messages of a person, and of those who were merged into them, in the order of their times."""
        theirs = select(PEOPLE.c.participant_id).where(PEOPLE.c.merged_into == participant_id)
        whose = or_(MESSAGES.c.participant_id == participant_id, MESSAGES.c.participant_id.in_(theirs))
        query = select(MESSAGES).where(whose).order_by(MESSAGES.c.due_at, MESSAGES.c.id)
        return [_line(row) for row in (await self._conn.execute(query)).mappings()]

    async def audit(self, *, now: datetime, real_now: datetime) -> Audit:
        """Whether everything is as it must be; at most 20 problems of each sort are named."""
        counted = select(MESSAGES.c.kind, MESSAGES.c.status, func.count()).group_by(MESSAGES.c.kind, MESSAGES.c.status)
        by_kind: dict[str, dict[str, int]] = {}
        for kind, status, number in await self._conn.execute(counted):
            by_kind.setdefault(kind, {})[status] = number
        values = {"stuck_before": real_now - STUCK_AFTER, "late_before": now - LATE_AFTER, "urgent": sorted(URGENT)}
        problems = []
        for sentence, query in _PROBLEMS:
            used = {name: value for name, value in values.items() if f":{name}" in query}
            found = await self._conn.execute(text(f"{query} LIMIT {MOST_PROBLEMS_OF_A_KIND}"), used)
            problems += [sentence.format(id=row.id) for row in found]
        return Audit(by_kind=by_kind, problems=problems)

    async def _count(self, column: ColumnElement[Any], conditions: Sequence[ColumnElement[bool]]) -> int:
        return int((await self._conn.execute(select(func.count(column)).where(*conditions))).scalar_one())


def _given(*pairs: tuple[ColumnElement[Any], object]) -> list[ColumnElement[bool]]:
    return [column == value for column, value in pairs if value is not None]


def _delivered(row: RowMapping) -> Delivered:
    return Delivered(**{**row, "channel": Channel(row["channel"])})


def _stage_line(written: Mapping[str, Any]) -> StageLine:
    return StageLine(
        status=written["status"],
        at=datetime.fromisoformat(written["at"]),
        reason=Reason(written["reason"]).meaning if written["reason"] else None,
        provider=written["provider"],
    )


def _line(row: RowMapping) -> MessageLine:
    reason = Reason(row["reason"]).meaning if row["reason"] and row["status"] != Status.SENT else None
    return MessageLine(
        id=row["id"],
        participant_id=row["participant_id"],
        kind=row["kind"],
        about_id=row["about_id"],
        channel=row["channel"],
        provider=row["provider"],
        status=row["status"],
        reason=reason,
        attempts=row["attempts"],
        planned_at=row["planned_at"],
        due_at=row["due_at"],
        changed_at=row["changed_at"],
    )
