"""A phone number or email address that somebody says is theirs, until a code or link that went there shows it."""

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

MOST_TRIES = 5
MOST_AN_HOUR = 3
MOST_A_DAY = 8
HOUR, DAY = timedelta(hours=1), timedelta(days=1)

WAITING, CONFIRMED, ENDED = "waiting", "confirmed", "ended"
OF_DRAFT, OF_PARTICIPANT = "draft", "participant"


class TooManyCodesError(ValueError):
    """So many codes went to this address that no other goes for a while."""

    def __init__(self) -> None:
        super().__init__("Several codes went to this number or address. Wait an hour before you ask for another.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """Somebody says that a phone or an email is theirs. `about` says of what kind of thing `about_id` is the id."""

    about: str
    about_id: UUID
    greeting_name: str
    phone: str | None
    email: str | None
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmation:
    """Its `id` stands in for a participant where contacts are told, so that a message can go to an address of nobody yet.

    The address is forgotten when it is over; its hash is not, so that codes to it can be counted.
    """

    id: UUID
    sequence: int
    about: str
    about_id: UUID
    greeting_name: str
    phone: str | None
    email: str | None
    language: str
    address_hash: str
    status: str
    tries: int
    created_at: datetime
    expires_at: datetime

    @property
    def address(self) -> str | None:
        """Where the code went."""
        return self.phone or self.email

    def tried(self) -> "Confirmation":
        """Count a code that was wrong."""
        return replace(self, tries=self.tries + 1)

    def over(self, status: str) -> "Confirmation":
        """End it and forget the address; it may have been confirmed, or not."""
        return replace(self, status=status, sequence=self.sequence + 1, greeting_name="", phone=None, email=None)


def may_send_another(*, in_last_hour: int, in_last_day: int) -> bool:
    """Whether an address to which so many codes went may get one more."""
    return in_last_hour < MOST_AN_HOUR and in_last_day < MOST_A_DAY


def hash_of_address(address: str) -> str:
    """Return what codes to one address are counted by, however it is written."""
    return hashlib.sha256("".join(address.split()).casefold().encode()).hexdigest()
