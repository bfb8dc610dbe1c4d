"""Somebody is named by an employer or a leisure centre: who that is and how to reach them, never anything about health.

The person says the rest themselves, by a link that goes to them alone. Until then they are nobody whom enrolment knows: a
nomination is never compared with the people who are known, so neither its answer nor the time that it takes tells anything.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from types import MappingProxyType
from uuid import UUID

from enrolment.domain.links import COMPLETE_NOMINATION, LIFETIMES
from enrolment.domain.matching import normalised_name
from enrolment.domain.reason import Reason

# From each state to those it may go to. docs/states.md shows the same table.
NOMINATION_STATES: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "invited": frozenset({"completed", "removed", "lapsed"}),
        "completed": frozenset({"removed"}),
        "removed": frozenset(),
        "lapsed": frozenset({"removed"}),
    }
)
LIFETIME = LIFETIMES[COMPLETE_NOMINATION]

HEALTH_DATA_REFUSED = "health_data_refused"
# Words in the name of a field that make it one about health or care, or one in which somebody would write about it.
_HEALTH_WORDS = frozenset(
    {
        "absence", "absences", "allergies", "allergy", "answers", "arthritis", "bmi", "clinical", "comment", "comments",
        "comorbidities", "comorbidity", "condition", "conditions", "diagnoses", "diagnosis", "disabilities", "disability",
        "disabled", "falls", "fit", "fitness", "flag", "flags", "gp", "health", "hip", "hips", "illness", "injuries", "injury",
        "joint", "joints", "knee", "knees", "medical", "medication", "medications", "medicine", "medicines", "mobility", "nhs",
        "note", "notes", "pain", "patient", "pregnancy", "pregnant", "reason", "referral", "sick", "sickness", "surgery",
        "symptom", "symptoms", "treatment", "treatments", "weight",
    }
)  # fmt: skip
_NAME_OF_NOMINATION = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,63}")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
_PHONE = re.compile(r"\+?[0-9 ()-]{7,40}")


class NominationStepError(ValueError):
    """A nomination can't go from the state it is in to the one asked for."""

    def __init__(self, *, before: str, after: str) -> None:
        super().__init__(f"A nomination that is {before} can't become {after}.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Nominee:
    """The person as the sender knows them. `email` or `phone` is where the link goes."""

    given_name: str
    family_name: str
    birth_date: date | None = None
    email: str | None = None
    phone: str | None = None
    postcode: str | None = None
    language: str = "en"


@dataclass(frozen=True, slots=True, kw_only=True)
class Nomination:
    """A nomination that is held.

    `participant_id` stands in for the person, who is matched with nobody: the link and the message about it go by it.
    `sender_nomination_id` is the sender's name for it. `nominee` is forgotten once the nomination is over. `digest` tells the
    same nomination from another under the same name, `invitation_key` finds another one to the same person.
    `may_tell_sender`: the person agreed that the sender hears of a place.
    """

    id: UUID
    sequence: int
    participant_id: UUID
    channel: str
    organisation: str
    sender_nomination_id: str
    programme: str
    preferred_site: str | None
    nominee: Nominee | None
    status: str
    digest: str | None
    invitation_key: str | None
    event_id: str
    received_at: datetime
    changed_at: datetime
    lapses_at: datetime
    may_tell_sender: bool = False
    referral_id: UUID | None = None
    completed_at: datetime | None = None
    place_found_at: datetime | None = None

    def become(self, status: str, *, now: datetime) -> "Nomination":
        """Take one step of `NOMINATION_STATES` and forget who it was; NominationStepError for any other step."""
        if status not in NOMINATION_STATES[self.status]:
            raise NominationStepError(before=self.status, after=status)
        return replace(
            self, status=status, sequence=self.sequence + 1, changed_at=now, nominee=None, digest=None, invitation_key=None
        )

    def completed(self, *, referral_id: UUID, may_tell_sender: bool, now: datetime) -> "Nomination":
        """The person has said the rest; a removed or lapsed one can't be completed (NominationStepError)."""
        done = self.become("completed", now=now)
        return replace(done, referral_id=referral_id, may_tell_sender=may_tell_sender, completed_at=now)


def health_fields(names: Iterable[str]) -> list[str]:
    """Return those of a message's field names that are about health or care, in their order."""
    return [name for name in names if _HEALTH_WORDS & set(_words(name))]


def health_refused(field: str) -> Reason:
    """Say that a field is refused, by its name."""
    text = f"The field {field} is refused: a nomination holds identity and contact only, nothing about health or care."
    return Reason(HEALTH_DATA_REFUSED, text, field)


def problem_of(nominee: Nominee, *, sender_nomination_id: str, today: date) -> Reason | None:
    """Say what is wrong with a nomination, naming the field and the rule, or None."""
    if not _NAME_OF_NOMINATION.fullmatch(sender_nomination_id):
        text = "The nomination_id may have letters, digits and . _ : - only, 64 at most, and begins with a letter or digit."
        return Reason("nomination_id_format", text, "nomination_id")
    if nominee.email is None and nominee.phone is None:
        return Reason("no_contact", "The nomination has neither email nor phone, so nobody could be reached.", "email")
    if nominee.email is not None and not _EMAIL.fullmatch(nominee.email):
        return Reason("email_format", "The email is not an address such as name@example.org.", "email")
    if nominee.phone is not None and not _PHONE.fullmatch(nominee.phone):
        return Reason("phone_format", "The phone may have digits, spaces, brackets, - and a leading + only, 7 at least.", "phone")
    if nominee.birth_date is not None and nominee.birth_date > today:
        return Reason("birth_date_in_future", "The birth date is in the future.", "birth_date")
    return None


def digest_of(nominee: Nominee, *, programme: str, preferred_site: str | None) -> str:
    """Return what tells this nomination from another under the same name."""
    parts = [
        nominee.given_name,
        nominee.family_name,
        nominee.birth_date.isoformat() if nominee.birth_date else "",
        nominee.email or "",
        nominee.phone or "",
        nominee.postcode or "",
        nominee.language,
        programme,
        preferred_site or "",
    ]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def invitation_key(nominee: Nominee, *, programme: str) -> str:
    """Return what two nominations have in common that would send one person the same link to the same place twice."""
    names = (normalised_name(nominee.given_name), normalised_name(nominee.family_name))
    parts = (programme, *names, _contact(nominee.email), _contact(nominee.phone))
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _contact(text: str | None) -> str:
    return "".join((text or "").split()).casefold()


def _words(name: str) -> list[str]:
    """Return the words of a field's name, however they are put together: `painMonths`, `pain_months`, `Pain (months)`."""
    return [word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", name)]
