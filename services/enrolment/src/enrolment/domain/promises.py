"""A referral that a sender promised: where it can be fetched, and what became of trying."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from types import MappingProxyType
from urllib.parse import SplitResult, urlsplit
from uuid import UUID

from enrolment.domain.reason import Reason

WAITING, FETCHED, FAILED = "waiting", "fetched", "failed"
# After each failed attempt; after the last one staff are asked.
WAITS = (
    timedelta(seconds=10),
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=8),
)
WILL_BE_FETCHED = Reason("will_be_fetched", "The referral will be fetched from the address in the signal.")
HOST_NOT_ALLOWED = "host_not_allowed"
FORGOTTEN = "forgotten"
_WORDS: Mapping[str, str] = MappingProxyType(
    {
        HOST_NOT_ALLOWED: "The operator of this service has not allowed the address's host for this organisation.",
        "private_address": "The address leads to a private network, which the operator of this service has not allowed.",
        "no_address": "The address's host has no address.",
        "no_connection": "No connection could be made.",
        "no_answer_in_time": "There was no answer in time.",
        "refused": "The answer was not the referral but a refusal.",
        "too_large": "What was found is larger than 1 MB.",
        "unknown_content_type": "What was found is neither FHIR nor the project's own JSON, by its content type.",
        "unreadable": "What was found could not be read as a referral.",
        FORGOTTEN: "The address named somebody who was erased since, and was forgotten.",
    }
)
_LONGEST_ADDRESS = 2000


class AddressError(ValueError):
    """A signal's address can't be one to fetch from; the message says why."""


class PromiseStepError(ValueError):
    """A promised referral can't take this step from where it is; the message says so in a sentence."""

    def __init__(self, *, state: str, step: str) -> None:
        super().__init__(f"A promised referral that is {state} can't be {step}.")


@dataclass(frozen=True, slots=True, kw_only=True)
class AllowedHost:
    """A host (`example.org:443`) from which an organisation's referrals may be fetched, perhaps in a private network."""

    host: str
    may_be_private: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """A promised referral. Times are real ones. `address` is forgotten when it was fetched: it may name a person.

    `receipt_sequence` is that of the last receipt that its sender got for it.
    """

    id: UUID
    channel: str
    organisation: str
    event_id: str
    address: str | None
    state: str
    attempts: int
    due_at: datetime
    problem: str | None
    receipt_sequence: int
    promised_at: datetime
    changed_at: datetime

    def fetched(self, *, now: datetime) -> "Promise":
        """The referral is here, whatever was then decided about it; PromiseStepError unless it waits."""
        self._must_be({WAITING}, step="fetched")
        return replace(
            self,
            state=FETCHED,
            address=None,
            problem=None,
            receipt_sequence=self.receipt_sequence + 1,
            changed_at=now,
        )

    def not_fetched(self, problem: str, *, now: datetime) -> "Promise":
        """An attempt failed: another one is due later, or staff have to look. What trying again can't mend fails at once.

        PromiseStepError unless it waits.
        """
        self._must_be({WAITING}, step="given up")
        wait = None if problem in {HOST_NOT_ALLOWED, "private_address", "unreadable"} else wait_after(self.attempts)
        if wait is not None:
            return replace(self, problem=problem, due_at=now + wait, changed_at=now)
        return replace(self, state=FAILED, problem=problem, receipt_sequence=self.receipt_sequence + 1, changed_at=now)

    def tried_again(self, *, now: datetime) -> "Promise":
        """Staff ask for another round, at once; PromiseStepError for one that is here."""
        self._must_be({WAITING, FAILED}, step="tried again")
        if self.address is None:
            raise PromiseStepError(state=FORGOTTEN, step="tried again")
        return replace(self, state=WAITING, attempts=0, due_at=now, changed_at=now)

    def forgotten(self, *, now: datetime) -> "Promise":
        """Its address named somebody who is erased: there is nothing left to fetch; PromiseStepError for one that is here."""
        self._must_be({WAITING, FAILED}, step="forgotten")
        return replace(self, state=FAILED, address=None, problem=FORGOTTEN, changed_at=now)

    def _must_be(self, states: set[str], *, step: str) -> None:
        if self.state not in states:
            raise PromiseStepError(state=self.state, step=step)


def wait_after(attempts: int) -> timedelta | None:
    """Return how long to wait after so many attempts (1 or more), or None when there were enough."""
    return WAITS[attempts - 1] if attempts <= len(WAITS) else None


def problem_words(problem: str) -> str:
    """Say in a sentence why a referral could not be fetched."""
    return _WORDS.get(problem, "The referral could not be fetched.")


def check_address(text: str) -> SplitResult:
    """Return the parts of a signal's address; AddressError unless it is http or https with a host and nobody's password."""
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:
        raise AddressError("dataref must be an address") from None
    if len(text) > _LONGEST_ADDRESS or parts.scheme not in {"http", "https"} or not parts.hostname:
        raise AddressError(f"dataref must be an https address of {_LONGEST_ADDRESS} characters at most")
    if parts.username is not None or parts.password is not None:
        raise AddressError("dataref must not hold a user name or a password")
    return parts


def host_of(parts: SplitResult) -> str:
    """Return the host as the operator names it, `example.org:443`."""
    return f"{(parts.hostname or '').lower()}:{parts.port or (443 if parts.scheme == 'https' else 80)}"


def allowed_host(parts: SplitResult, allowed: Collection[AllowedHost]) -> AllowedHost | None:
    """Return the entry that allows an address. Without TLS it must be one that may be private."""
    for one in allowed:
        if one.host == host_of(parts) and (parts.scheme == "https" or one.may_be_private):
            return one
    return None
