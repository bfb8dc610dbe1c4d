"""What enrolment decides."""

from datetime import datetime
from uuid import UUID

from event_contracts.contract import Contract


class ReferralDecided(Contract):
    """One referral and what was decided about it. `reason_codes` are enrolment's; texts go to the sender only.

    While it needs review, `asked` is whom more was asked of, last at `asked_at`.
    """

    referral_id: UUID
    sequence: int
    participant_id: UUID
    organisation: str
    channel: str
    programme: str
    status: str
    reason_codes: list[str] = []
    enrolment_id: UUID | None = None
    decided_at: datetime
    asked: str | None = None
    asked_at: datetime | None = None


class EnrolmentChanged(Contract):
    """A person's enrolment in a programme, and what placing them needs to know.

    `available` are the times of the week at which the person can come (`mon-am`); none means any. `employer` is the code of the
    organisation that they work for, for cohorts that are its own.
    """

    enrolment_id: UUID
    sequence: int
    participant_id: UUID
    programme: str
    status: str
    enrolled_at: datetime
    referral_channel: str
    joints: list[str] = []
    close_attention: bool = False
    outward_code: str | None = None
    preferred_site: str | None = None
    referred_at: datetime | None = None
    language: str = "en"
    access_needs: list[str] = []
    available: list[str] = []
    employer: str | None = None


class LinkChanged(Contract):
    """A link that opens one thing for one person without a sign-in. `token` and `code` are there while it is issued.

    `participant_id` may be a stand-in that only `contacts.v1` knows: an address that is still to be confirmed. `channel` is where
    the link is to go; None leaves it to what the person prefers.
    """

    link_id: UUID
    sequence: int
    participant_id: UUID
    purpose: str
    token: str | None = None
    code: str | None = None
    channel: str | None = None
    status: str
    expires_at: datetime
    changed_at: datetime


class PersonChanged(Contract):
    """Whether a person is to be reckoned with: alive, told to be dead, merged into another person, or erased."""

    participant_id: UUID
    sequence: int
    status: str
    merged_into: UUID | None = None
    changed_at: datetime


class PreferencesChanged(Contract):
    """What a person agreed to and wishes, and where they said so."""

    participant_id: UUID
    sequence: int
    language: str
    preferred_channel: str | None = None
    allows_sms: bool
    allows_email: bool
    shares_with_gp: bool
    allows_marketing: bool
    source: str
    changed_at: datetime
