"""Who a referral is about, and how to reach them."""

import re
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from enrolment.domain.matching import Identity, normalised_name, normalised_postcode


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A person as a sender describes them. `nhs_number` is a believed one; a number that isn't is in `nhs_number_as_sent`."""

    given_name: str
    family_name: str
    birth_date: date
    nhs_number: str | None = None
    nhs_number_as_sent: str | None = None
    postcode: str | None = None
    phone: str | None = None
    email: str | None = None
    language: str = "en"
    preferred_channel: str | None = None
    emergency_contact_name: str | None = None
    emergency_contact_phone: str | None = None

    def identity(self) -> Identity:
        """What the person is recognised by."""
        return Identity(
            given_name=normalised_name(self.given_name),
            family_name=normalised_name(self.family_name),
            birth_date=self.birth_date,
            postcode=normalised_postcode(self.postcode),
            nhs_number=self.nhs_number,
        )

    def completed_by(self, other: "Person") -> "Person":
        """Fill in what was missing from another description of the same person; what is known stays as it is."""
        contact_missing = self.emergency_contact_name is None
        number_learnt = self.nhs_number is None and other.nhs_number is not None
        return replace(
            self,
            nhs_number=self.nhs_number or other.nhs_number,
            nhs_number_as_sent=None if number_learnt else self.nhs_number_as_sent,
            postcode=self.postcode or other.postcode,
            phone=self.phone or other.phone,
            email=self.email or other.email,
            preferred_channel=self.preferred_channel or other.preferred_channel,
            emergency_contact_name=other.emergency_contact_name if contact_missing else self.emergency_contact_name,
            emergency_contact_phone=other.emergency_contact_phone if contact_missing else self.emergency_contact_phone,
        )

    def brought_up_to_date_by(self, other: "Person") -> "Person":
        """Take over how to reach the person from a newer description by the same sender; who they are stays as it is."""
        completed = self.completed_by(other)
        named = other.emergency_contact_name is not None
        return replace(
            completed,
            phone=other.phone or self.phone,
            email=other.email or self.email,
            preferred_channel=other.preferred_channel or self.preferred_channel,
            emergency_contact_name=other.emergency_contact_name if named else self.emergency_contact_name,
            emergency_contact_phone=other.emergency_contact_phone if named else self.emergency_contact_phone,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Participant:
    """A person whom enrolment knows. `sequence` grows with every change.

    `status` is one of `enrolment.domain.standing.STATES`; who is merged is `merged_into` another. `kept_apart` are those whom
    staff compared with this person and found to be others.
    """

    id: UUID
    sequence: int
    person: Person
    status: str = "active"
    merged_into: UUID | None = None
    status_changed_at: datetime | None = None
    kept_apart: tuple[UUID, ...] = ()


def age_on(day: date, *, birth_date: date) -> int:
    """Return the age in completed years on a day; born on 29 February, it grows on 1 March."""
    return day.year - birth_date.year - ((day.month, day.day) < (birth_date.month, birth_date.day))


def outward_code(postcode: str | None) -> str | None:
    """Return the first half of a postcode ("LS10" of "LS10 4YU"), or None if there is none that looks like one."""
    bare = normalised_postcode(postcode)
    shortest = 5
    return bare[:-3] if bare and len(bare) >= shortest else None


def home_number(phone: str) -> str:
    """Return a phone number without what people put between its digits, as it is dialled at home: +44 7700 is 07700."""
    digits = re.sub(r"[^0-9+]", "", phone)
    return re.sub(r"^(\+44|0044)", "0", digits)
