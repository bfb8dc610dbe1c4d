"""How a person may be reached, and which channel a message takes."""

import hashlib
import re
from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from notifications.domain.message import Channel
from notifications.domain.phone import number_hash, takes_text

_EMAIL = re.compile(r"[!-;=?A-~]{1,64}@[A-Za-z0-9.-]{1,189}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """Where and how a participant may be written to; `sequence` is the version of what enrolment told.

    Language, channel and what is allowed are what the person wishes now, where enrolment told of wishes as well.

    `stopped` and `unsubscribed` are not enrolment's to say: STOP came from the number, and only START from there lifts it; and
    whoever reads the emails wants no more of those that a person may do without.
    """

    participant_id: UUID
    sequence: int
    greeting_name: str
    phone: str | None
    email: str | None
    language: str
    preferred_channel: str | None
    allows_sms: bool
    allows_email: bool
    stopped: bool = False
    unsubscribed: bool = False

    def reachable_by(self, channel: Channel) -> bool:
        """Whether the person agreed to the channel and there is an address for it that a provider can take.

        A landline, or what can't be a number at all, never gets a text message.
        """
        if channel is Channel.SMS:
            return self.allows_sms and self.phone is not None and takes_text(self.phone)
        return self.allows_email and self.email is not None and _EMAIL.fullmatch(self.email) is not None

    @property
    def number_hash(self) -> str | None:
        """The digest by which a reply from the phone finds this person; None where there is no number."""
        return None if self.phone is None else number_hash(self.phone)

    @property
    def email_hash(self) -> str | None:
        """The digest by which the email address is known again; None where there is none."""
        return None if self.email is None else hashlib.sha256(self.email.lower().encode()).hexdigest()

    def address(self, channel: Channel) -> str:
        """Return the phone number or email address; ValueError where there is none."""
        address = self.phone if channel is Channel.SMS else self.email
        if address is None:
            msg = f"there is no address for {channel}"
            raise ValueError(msg)
        return address


def choose_channel(*, contact: Contact, working: Collection[Channel], wished: str | None = None) -> Channel | None:
    """The preferred channel if it can be used, otherwise SMS, otherwise email; None where nothing can.

    `working` are the channels that have a provider; `wished` is what this one message is to go by, if that can be used. A
    preference that isn't known counts as none.
    """
    usable = [channel for channel in (Channel.SMS, Channel.EMAIL) if channel in working and contact.reachable_by(channel)]
    preferred = [channel for wish in (wished, contact.preferred_channel) for channel in usable if channel.value == wish]
    return next(iter(preferred or usable), None)
