"""What senders outside publish on INTAKE: the project's own JSON."""

from datetime import date

from pydantic import AwareDatetime, Field

from event_contracts.contract import Contract


class EmergencyContact(Contract):
    """Whom to ring when something happens in a session."""

    name: str = Field(min_length=1, max_length=200)
    phone: str = Field(min_length=1, max_length=40)


class Patient(Contract):
    """The person referred. `nhs_number` is ten digits, spaces allowed."""

    nhs_number: str | None = Field(default=None, max_length=20)
    given_name: str = Field(min_length=1, max_length=100)
    family_name: str = Field(min_length=1, max_length=100)
    birth_date: date
    postcode: str | None = Field(default=None, max_length=10)
    phone: str | None = Field(default=None, max_length=40)
    email: str | None = Field(default=None, max_length=254)
    language: str = Field(default="en", max_length=10)
    preferred_channel: str | None = Field(default=None, max_length=20)
    emergency_contact: EmergencyContact | None = None


class Clinical(Contract):
    """The answers that eligibility is decided on. Left out means unanswered, never no."""

    joints: list[str] = Field(default_factory=list, max_length=10)
    conditions: list[str] = Field(default_factory=list, max_length=20)
    pain_months: int | None = Field(default=None, ge=0, le=1200)
    needs_supervised_exercise: bool | None = None
    independently_mobile: bool | None = None
    can_attend: bool | None = None
    red_flags: list[str] | None = Field(default=None, max_length=20)
    exclusions: list[str] | None = Field(default=None, max_length=20)
    close_attention: bool | None = None


class Referral(Contract):
    """A GP practice refers one person to one programme. `referral_id` is the sender's own and never used twice."""

    referral_id: str = Field(min_length=1, max_length=128)
    programme: str = Field(default="escape-pain-knee-hip", max_length=64)
    referred_on: date | None = None
    patient: Patient
    clinical: Clinical
    preferred_site: str | None = Field(default=None, max_length=64)


class ReferralAvailable(Contract):
    """A referral can be fetched: a thin signal in the form of the NHS's Multicast Notification Service, without clinical content.

    It is the event itself, so the same stands in the attributes of the event; a sender may leave the body empty.
    """

    specversion: str = "1.0"
    id: str = Field(min_length=1, max_length=256)
    source: str = Field(min_length=1, max_length=256)
    type: str = Field(min_length=1, max_length=256)
    time: AwareDatetime
    dataref: str = Field(min_length=1, max_length=2000)
    subject: str | None = Field(default=None, max_length=256)
    versionid: str | None = Field(default=None, max_length=256)


class Nomination(Contract):
    """An employer or a leisure centre names somebody who may be interested: identity and contact only, never health.

    `nomination_id` is the sender's own, never a name or a number of the person, and never used twice. At least one of `email` and
    `phone` is needed: there the person gets a link to say the rest themselves.
    """

    nomination_id: str = Field(min_length=1, max_length=64)
    programme: str = Field(default="escape-pain-knee-hip", max_length=64)
    given_name: str = Field(min_length=1, max_length=100)
    family_name: str = Field(min_length=1, max_length=100)
    birth_date: date | None = None
    email: str | None = Field(default=None, max_length=254)
    phone: str | None = Field(default=None, max_length=40)
    postcode: str | None = Field(default=None, max_length=10)
    language: str = Field(default="en", max_length=10)
    preferred_site: str | None = Field(default=None, max_length=64)


class NominationRemoval(Contract):
    """The sender takes a nomination back, as when somebody leaves. What the person has begun by then is theirs and goes on."""

    nomination_id: str = Field(min_length=1, max_length=64)
