"""What came of one message or one step, for the outside to be told."""

from dataclasses import dataclass
from datetime import datetime

from enrolment.domain.enrolments import Enrolment
from enrolment.domain.links import IssuedLink
from enrolment.domain.person import Participant
from enrolment.domain.preferences import Preferences
from enrolment.domain.receipts import Receipt
from enrolment.domain.referrals import Referral


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The answer, and everything that changed with it.

    `contacts` are people whose way to be reached is new or different; `people` are those whom staff meet and who are new to them
    or different. `links` were put into `Known` as well.
    """

    receipt: Receipt
    contacts: tuple[Participant, ...] = ()
    people: tuple[Participant, ...] = ()
    referrals: tuple[Referral, ...] = ()
    enrolments: tuple[Enrolment, ...] = ()
    links: tuple[IssuedLink, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StepTaken:
    """What staff, the person or another system changed about somebody, for the outside to be told.

    `standings` are people whose status is another now; `contacts` and `people` as in `Outcome`.
    """

    at: datetime
    standings: tuple[Participant, ...] = ()
    enrolments: tuple[Enrolment, ...] = ()
    contacts: tuple[Participant, ...] = ()
    people: tuple[Participant, ...] = ()
    preferences: tuple[Preferences, ...] = ()
