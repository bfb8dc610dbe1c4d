"""What is left of a person who is erased.

Care records are not erased: referrals and enrolments stay, as those of nobody. The name and the NHS number stay in a restricted
row until its retention is over, because whoever cared for the person may have to show whom they cared for.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from enrolment.domain.eligibility import Answers
from enrolment.domain.person import Participant, Person, home_number
from enrolment.domain.reason import Reason
from enrolment.domain.referrals import Referral

RETENTION_YEARS = 8
_NOBODY = Person(given_name="Erased", family_name="person", birth_date=date(1, 1, 1))
# Codes of reasons whose text staff wrote.
_IN_STAFFS_WORDS = frozenset({"declined_in_review"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Restricted:
    """All that stays of who somebody was. `nhs_number` is the number that was believed, otherwise the one that was sent."""

    participant_id: UUID
    given_name: str
    family_name: str
    nhs_number: str | None
    erased_at: datetime
    keep_until: date


def restricted(participant: Participant, *, now: datetime) -> Restricted:
    """Return the row that is kept of somebody, for 8 years."""
    person, day = participant.person, now.date()
    leap_day = (day.month, day.day) == (2, 29)
    return Restricted(
        participant_id=participant.id,
        given_name=person.given_name,
        family_name=person.family_name,
        nhs_number=person.nhs_number or person.nhs_number_as_sent,
        erased_at=now,
        keep_until=date(day.year + RETENTION_YEARS, 3 if leap_day else day.month, 1 if leap_day else day.day),
    )


def emptied(participant: Participant) -> Participant:
    """Return the participant without anything by which they could be known; the preferred language stays."""
    return replace(participant, person=replace(_NOBODY, language=participant.person.language))


def without_words(referral: Referral) -> Referral:
    """Return the referral with its codes and answers and without anything that somebody wrote in their own words."""
    answers: Answers = replace(referral.answers, conditions=(), red_flags=None if referral.answers.red_flags is None else ())
    reasons = tuple(
        Reason(each.code, "A member of staff reviewed the referral and declined it.", each.field)
        if each.code in _IN_STAFFS_WORDS
        else each
        for each in referral.reasons
    )
    return replace(referral, answers=answers, reasons=reasons, note=None)


def traces(person: Person) -> Iterator[str]:
    """Yield what would betray the person in a text, beside the names: the numbers, the phones and the email."""
    for text in (person.nhs_number, person.nhs_number_as_sent, person.email):
        if text:
            yield text
    for phone in (person.phone, person.emergency_contact_phone):
        if phone:
            # However it is dialled: 07700 900123, +44 7700 900123, 0044 7700 900123.
            yield home_number(phone).removeprefix("0")
