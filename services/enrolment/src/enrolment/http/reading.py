"""What the pages and the audit show: plain SQL to what is shown."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from enrolment.domain.preferences import Wishes

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A participant in the list, with the newest referral."""

    id: UUID
    name: str
    nhs_number: str | None
    birth_date: date
    organisation: str
    status: str
    received_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralShown:
    """A referral on the journey page."""

    id: UUID
    sender_referral_id: str
    organisation: str
    organisation_name: str | None
    programme: str
    status: str
    reasons: Sequence[str]
    joints: Sequence[str]
    red_flag: bool
    near: Sequence[UUID]
    referred_on: date | None
    received_at: datetime
    decided_at: datetime
    decided_by: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolmentShown:
    """An enrolment on the journey page."""

    id: UUID
    programme: str
    status: str
    enrolled_at: datetime
    changed_at: datetime
    close_attention: bool
    joints: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Alike:
    """Somebody who may be the same person."""

    id: UUID
    name: str
    birth_date: date
    nhs_number: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Journey:
    """Enrolment's part of a person's journey."""

    id: UUID
    name: str
    given_name: str
    family_name: str
    status: str
    status_changed_at: datetime | None
    merged_into: UUID | None
    birth_date: date
    nhs_number: str | None
    nhs_number_as_sent: str | None
    postcode: str | None
    phone: str | None
    email: str | None
    language: str
    emergency_contact: str | None
    wishes: Wishes
    agreed_at: datetime | None
    agreed_by: str | None
    referrals: Sequence[ReferralShown] = field(default_factory=list)
    enrolments: Sequence[EnrolmentShown] = field(default_factory=list)
    alike: Sequence[Alike] = field(default_factory=list)
    merged: Sequence[Alike] = field(default_factory=list)

    @property
    def joints(self) -> frozenset[str]:
        """The joints of all enrolments."""
        return frozenset(joint for enrolment in self.enrolments for joint in enrolment.joints)


_LIST = """
SELECT p.id, p.given_name || ' ' || p.family_name AS name, p.birth_date,
       coalesce(p.nhs_number, p.nhs_number_as_sent) AS nhs_number,
       coalesce(o.name, r.organisation) AS organisation, r.status, r.received_at
FROM participants p
JOIN LATERAL (SELECT organisation, channel, status, received_at FROM referrals WHERE participant_id = p.id
              ORDER BY received_at DESC, id DESC LIMIT 1) r ON true
LEFT JOIN organisations o ON o.channel = r.channel AND o.code = r.organisation
"""
_NEWEST = text(
    _LIST + " WHERE (CAST(:after AS uuid) IS NULL OR p.id < :after) AND (CAST(:status AS text) IS NULL OR r.status = :status)"
    " ORDER BY p.id DESC LIMIT :limit"
)
_BY_NUMBER = text(_LIST + " WHERE p.nhs_number = :number OR p.nhs_number_as_sent = :number ORDER BY p.id DESC LIMIT :limit")
_BY_NAME = text(
    _LIST
    + " WHERE p.given_name || ' ' || p.family_name ILIKE ALL (:patterns) ORDER BY p.family_name, p.given_name, p.id LIMIT :limit"
)
_COUNTS = text("SELECT status, count(*) AS count FROM referrals GROUP BY status")
_PERSON = text("SELECT * FROM participants WHERE id = :id")
_REFERRALS = text(
    "SELECT r.*, o.name AS organisation_name FROM referrals r LEFT JOIN organisations o"
    " ON o.channel = r.channel AND o.code = r.organisation WHERE r.participant_id = :id ORDER BY r.received_at, r.id"
)
_ENROLMENTS = text("SELECT * FROM enrolments WHERE participant_id = :id ORDER BY enrolled_at")
_OTHER = (
    "SELECT p.id, p.given_name || ' ' || p.family_name AS name, p.birth_date,"
    " coalesce(p.nhs_number, p.nhs_number_as_sent) AS nhs_number FROM participants p"
)
# Those whom this person is compared with and about whom nobody has decided.
_ALIKE = text(
    _OTHER + " JOIN near_matches n ON n.one_id = p.id OR n.other_id = p.id"
    " WHERE :id IN (n.one_id, n.other_id) AND p.id <> :id AND n.status = 'open' AND p.status IN ('active', 'deceased')"
    " ORDER BY p.id"
)
_WISHES = text(
    "SELECT language, preferred_channel, allows_sms, allows_email, shares_with_gp, allows_marketing, changed_at, source"
    " FROM preferences WHERE participant_id = :id"
)
_MERGED = text(_OTHER + " WHERE p.merged_into = :id ORDER BY p.id")


async def newest(conn: AsyncConnection, *, status: str | None, after: UUID | None) -> list[Listed]:
    """Return one page of participants, the newest first, `after` the last one of the page before."""
    result = await conn.execute(_NEWEST, {"after": after, "status": status, "limit": PAGE_SIZE})
    return [Listed(**row) for row in result.mappings()]


async def found(conn: AsyncConnection, *, words: str) -> list[Listed]:
    """Return participants whose NHS number this is, or whose name holds each of the words; at most one page."""
    digits = re.sub(r"[\s-]", "", words)
    if re.fullmatch(r"[0-9]{10}", digits):
        result = await conn.execute(_BY_NUMBER, {"number": digits, "limit": PAGE_SIZE})
    else:
        escaped = [re.sub(r"([\\%_])", r"\\\1", word) for word in words.replace("\x00", "").split()]
        result = await conn.execute(_BY_NAME, {"patterns": [f"%{word}%" for word in escaped], "limit": PAGE_SIZE})
    return [Listed(**row) for row in result.mappings()]


async def counts(conn: AsyncConnection) -> dict[str, int]:
    """Return how many referrals there are in each state."""
    return {row.status: row[1] for row in await conn.execute(_COUNTS)}


async def journey(conn: AsyncConnection, participant_id: UUID) -> Journey | None:
    """Return enrolment's part of a person's journey, or None if there is no such person."""
    person = (await conn.execute(_PERSON, {"id": participant_id})).mappings().one_or_none()
    if person is None:
        return None
    referrals = (await conn.execute(_REFERRALS, {"id": participant_id})).mappings()
    enrolments = (await conn.execute(_ENROLMENTS, {"id": participant_id})).mappings()
    alike = (await conn.execute(_ALIKE, {"id": participant_id})).mappings()
    merged = (await conn.execute(_MERGED, {"id": participant_id})).mappings()
    said = (await conn.execute(_WISHES, {"id": participant_id})).mappings().one_or_none()
    emergency = [person["emergency_contact_name"], person["emergency_contact_phone"]]
    return Journey(
        id=person["id"],
        name=f"{person['given_name']} {person['family_name']}",
        **{
            name: person[name]
            for name in (
                "given_name",
                "family_name",
                "status",
                "status_changed_at",
                "merged_into",
                "birth_date",
                "nhs_number",
                "nhs_number_as_sent",
                "postcode",
                "phone",
                "email",
                "language",
            )
        },
        emergency_contact=", ".join(each for each in emergency if each) or None,
        referrals=[_referral(row) for row in referrals],
        enrolments=[EnrolmentShown(**{name: row[name] for name in EnrolmentShown.__dataclass_fields__}) for row in enrolments],
        wishes=_wishes(said or person),
        agreed_at=said["changed_at"] if said else None,
        agreed_by=said["source"] if said else None,
        alike=[Alike(**row) for row in alike],
        merged=[Alike(**row) for row in merged],
    )


async def participant_of_referral(conn: AsyncConnection, referral_id: UUID) -> UUID | None:
    """Return whose referral it is."""
    found_id: UUID | None = (
        await conn.execute(text("SELECT participant_id FROM referrals WHERE id = :id"), {"id": referral_id})
    ).scalar_one_or_none()
    return found_id


def _referral(row: Any) -> ReferralShown:
    plain = {
        name: row[name]
        for name in (
            "id",
            "sender_referral_id",
            "organisation",
            "organisation_name",
            "programme",
            "status",
            "referred_on",
            "received_at",
            "decided_at",
            "decided_by",
        )
    }
    return ReferralShown(
        **plain,
        reasons=[reason["text"] for reason in row["reasons"]],
        joints=row["answers"]["joints"],
        red_flag=bool(row["answers"]["red_flags"]),
        near=[UUID(each) for each in row["near_participant_ids"]],
    )


def _wishes(row: Mapping[Any, Any]) -> Wishes:
    """Read what somebody said they wish, or what is known of it from the person's own row."""
    return Wishes(**{each.name: row[each.name] for each in fields(Wishes) if each.name in row})
