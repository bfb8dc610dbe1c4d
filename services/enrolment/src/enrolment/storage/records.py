"""Rows of the tables to the domain's things and back."""

from collections.abc import Mapping
from dataclasses import fields
from datetime import date, datetime
from typing import Any
from uuid import UUID

from enrolment.domain.corrections import History
from enrolment.domain.eligibility import Answers
from enrolment.domain.enrolments import Enrolment
from enrolment.domain.links import Link
from enrolment.domain.merges import Merge
from enrolment.domain.near_matches import NearMatch
from enrolment.domain.person import Participant, Person
from enrolment.domain.reason import Reason
from enrolment.domain.receipts import Receipt
from enrolment.domain.referrals import Referral

Row = Mapping[Any, Any]

_ANSWERS, _ENROLMENT, _LINK, _MERGE, _NEAR_MATCH, _PERSON, _RECEIPT, _REFERRAL = (
    tuple(field.name for field in fields(kind))
    for kind in (Answers, Enrolment, Link, Merge, NearMatch, Person, Receipt, Referral)
)

_LISTS_OF_ENROLMENT = ("joints", "access_needs", "available")


def participant_of(row: Row) -> Participant:
    """Read a row of `participants`."""
    return Participant(
        id=row["id"],
        sequence=row["sequence"],
        status=row["status"],
        merged_into=row["merged_into"],
        status_changed_at=row["status_changed_at"],
        kept_apart=tuple(UUID(each) for each in row["kept_apart"]),
        person=Person(
            given_name=row["given_name"],
            family_name=row["family_name"],
            birth_date=row["birth_date"],
            nhs_number=row["nhs_number"],
            nhs_number_as_sent=row["nhs_number_as_sent"],
            postcode=row["postcode"],
            phone=row["phone"],
            email=row["email"],
            language=row["language"],
            preferred_channel=row["preferred_channel"],
            emergency_contact_name=row["emergency_contact_name"],
            emergency_contact_phone=row["emergency_contact_phone"],
        ),
    )


def participant_row(participant: Participant, *, now: datetime) -> dict[str, Any]:
    """Write a row of `participants`, all but `created_at`."""
    person = participant.person
    keys = {key.partition(" ")[0]: key for key in person.identity().match_keys()}
    return {
        "id": participant.id,
        "sequence": participant.sequence,
        "given_name": person.given_name,
        "family_name": person.family_name,
        "birth_date": person.birth_date,
        "nhs_number": person.nhs_number,
        "nhs_number_as_sent": person.nhs_number_as_sent,
        "postcode": person.postcode,
        "phone": person.phone,
        "email": person.email,
        "language": person.language,
        "preferred_channel": person.preferred_channel,
        "emergency_contact_name": person.emergency_contact_name,
        "emergency_contact_phone": person.emergency_contact_phone,
        "status": participant.status,
        "merged_into": participant.merged_into,
        "status_changed_at": participant.status_changed_at,
        "kept_apart": [str(each) for each in participant.kept_apart],
        "match_family": keys["family"],
        "match_given": keys.get("given"),
        "match_number": keys.get("number"),
        "changed_at": now,
    }


def enrolment_of(row: Row) -> Enrolment:
    """Read a row of `enrolments`."""
    return Enrolment(**{**row, **{name: tuple(row[name]) for name in _LISTS_OF_ENROLMENT}})


def enrolment_row(enrolment: Enrolment) -> dict[str, Any]:
    """Write a row of `enrolments`."""
    return _values(enrolment, _ENROLMENT) | {name: list(getattr(enrolment, name)) for name in _LISTS_OF_ENROLMENT}


def referral_of(row: Row) -> Referral:
    """Read a row of `referrals`."""
    return Referral(
        **{
            **row,
            "answers": _answers_of(row["answers"]),
            "reasons": _reasons_of(row["reasons"]),
            "near_participant_ids": tuple(UUID(each) for each in row["near_participant_ids"]),
            "access_needs": tuple(row["access_needs"]),
            "available": tuple(row["available"]),
        }
    )


def referral_row(referral: Referral) -> dict[str, Any]:
    """Write a row of `referrals`."""
    return _values(referral, _REFERRAL) | {
        "answers": _values(referral.answers, _ANSWERS),
        "reasons": _reasons(referral.reasons),
        "near_participant_ids": [str(each) for each in referral.near_participant_ids],
        "access_needs": list(referral.access_needs),
        "available": list(referral.available),
    }


def receipt_of(row: Row) -> Receipt:
    """Read a row of `receipts`."""
    linked = tuple(row["linked_referral_ids"])
    return Receipt(**{**row, "reasons": _reasons_of(row["reasons"]), "linked_referral_ids": linked})


def receipt_row(receipt: Receipt) -> dict[str, Any]:
    """Write a row of `receipts`."""
    return _values(receipt, _RECEIPT) | {
        "reasons": _reasons(receipt.reasons),
        "linked_referral_ids": list(receipt.linked_referral_ids),
    }


def link_of(row: Row) -> Link:
    """Read a row of `links`."""
    return Link(**row)


def link_row(link: Link) -> dict[str, Any]:
    """Write a row of `links`."""
    return _values(link, _LINK)


def _values(thing: object, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: getattr(thing, name) for name in names}


def _reasons(reasons: tuple[Reason, ...]) -> list[dict[str, Any]]:
    return [{"code": reason.code, "text": reason.text, "field": reason.field} for reason in reasons]


def _reasons_of(stored: list[dict[str, Any]]) -> tuple[Reason, ...]:
    return tuple(Reason(each["code"], each["text"], each["field"]) for each in stored)


def _answers_of(stored: dict[str, Any]) -> Answers:
    values: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in stored.items()}
    return Answers(**values)


def near_match_of(row: Row) -> NearMatch:
    """Read a row of `near_matches`."""
    return NearMatch(**row)


def near_match_row(near_match: NearMatch) -> dict[str, Any]:
    """Write a row of `near_matches`."""
    return _values(near_match, _NEAR_MATCH)


def merge_of(row: Row) -> Merge:
    """Read a row of `merges`."""
    moved = {name: tuple(UUID(each) for each in row[name]) for name in ("referral_ids", "enrolment_ids")}
    return Merge(**{**row, **moved, "survivor_before": _person_of(row["survivor_before"])})


def merge_row(merge: Merge) -> dict[str, Any]:
    """Write a row of `merges`."""
    return _values(merge, _MERGE) | {
        "referral_ids": [str(each) for each in merge.referral_ids],
        "enrolment_ids": [str(each) for each in merge.enrolment_ids],
        "survivor_before": _plain(_values(merge.survivor_before, _PERSON)),
    }


def history_row(history: History) -> dict[str, Any]:
    """Write a row of `participant_history`."""
    return {
        "participant_id": history.participant_id,
        "sequence": history.sequence,
        "at": history.at,
        "actor_kind": history.by.kind,
        "actor": history.by.name,
        "role": history.by.role,
        "before": _plain(history.before),
    }


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in values.items()}


def _person_of(stored: dict[str, Any]) -> Person:
    return Person(**{**stored, "birth_date": date.fromisoformat(stored["birth_date"])})
