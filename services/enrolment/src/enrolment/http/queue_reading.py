"""What waits for staff: referrals that need a look, and people who can't be written to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from enrolment.domain.review_due import review_due

PAGE_SIZE = 50
# Which reasons belong to which filter; a red flag comes before all else.
IDENTITY = ("near_match", "nhs_number_format", "nhs_number_placeholder", "nhs_number_check_digit", "nhs_number_synthetic")


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A referral that needs a look. `set_aside`: the person has died or was erased, so that nothing is due."""

    id: UUID
    participant_id: UUID
    name: str
    sender: str
    channel: str
    programme: str
    reasons: Sequence[str]
    red_flag: bool
    identity: bool
    received_at: datetime
    asked_at: datetime | None
    note: str | None
    due_at: datetime
    set_aside: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ToCall:
    """Somebody with whom something is to be talked about and who gets no message."""

    participant_id: UUID
    name: str
    phone: str | None
    language: str
    about: str
    since: datetime


_WAITING = text(
    """
SELECT r.id, r.participant_id, p.status IN ('deceased', 'erased') AS set_aside,
       p.given_name || ' ' || p.family_name AS name, r.channel, r.programme, r.reasons, r.received_at,
       r.asked_at, r.note, jsonb_typeof(r.answers -> 'red_flags') = 'array' AND r.answers -> 'red_flags' <> '[]' AS red_flag,
       coalesce(o.name, CASE r.channel WHEN 'self_referral' THEN 'Self-referral' WHEN 'staff' THEN 'Keyed by staff'
                        ELSE r.organisation END) AS sender
FROM referrals r JOIN participants p ON p.id = r.participant_id
LEFT JOIN organisations o ON o.channel = r.channel AND o.code = r.organisation
WHERE r.status = 'needs_review' ORDER BY r.received_at, r.id
"""
)
_TO_CALL = text(
    """
SELECT p.id AS participant_id, p.given_name || ' ' || p.family_name AS name, p.phone, p.language,
       latest.status AS about, latest.changed_at AS since
FROM participants p
JOIN LATERAL (
  SELECT status, decided_at AS changed_at FROM referrals WHERE participant_id = p.id AND status IN ('needs_review', 'accepted',
    'declined') ORDER BY decided_at DESC LIMIT 1
) latest ON true
LEFT JOIN preferences w ON w.participant_id = p.id
WHERE p.status = 'active'
  AND (p.email IS NULL OR coalesce(w.allows_email, true) = false)
  AND (p.phone IS NULL OR coalesce(w.allows_sms, true) = false
       OR regexp_replace(p.phone, '[^0-9+]', '', 'g') !~ '^(07|[+]447|00447)')
ORDER BY latest.changed_at, p.id LIMIT :limit
"""
)


async def waiting(conn: AsyncConnection, *, bank_holidays: frozenset[date]) -> list[Waiting]:
    """Return every referral that needs a look, what is due first at the top."""
    found = [_waiting(row, bank_holidays) for row in (await conn.execute(_WAITING)).mappings()]
    return sorted(found, key=lambda each: (each.due_at, not each.red_flag, each.received_at))


async def to_call(conn: AsyncConnection, *, limit: int = 500) -> list[ToCall]:
    """Return people without a mobile and without an email to which they allow messages, who waits longest at the top."""
    return [ToCall(**row) for row in (await conn.execute(_TO_CALL, {"limit": limit})).mappings()]


def _waiting(row: Mapping[Any, Any], bank_holidays: frozenset[date]) -> Waiting:
    codes = {reason["code"] for reason in row["reasons"]}
    red_flag = bool(row["red_flag"])
    return Waiting(
        **{name: row[name] for name in ("id", "participant_id", "name", "sender", "channel", "programme", "received_at")},
        asked_at=row["asked_at"],
        note=row["note"],
        set_aside=row["set_aside"],
        reasons=[reason["text"] for reason in row["reasons"]],
        red_flag=red_flag,
        identity=bool(codes & set(IDENTITY)),
        due_at=review_due(received_at=row["received_at"], red_flag=red_flag, bank_holidays=bank_holidays),
    )
