"""Links that open one thing for one person without a sign-in: unguessable, expiring, revocable."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from types import MappingProxyType
from uuid import UUID

COMPLETE_NOMINATION = "complete_nomination"
CONFIRM_CONTACT = "confirm_contact"
OWN_PAGE = "own_page"

LIFETIMES: Mapping[str, timedelta] = MappingProxyType(
    {
        COMPLETE_NOMINATION: timedelta(days=28),
        CONFIRM_CONTACT: timedelta(hours=1),
        OWN_PAGE: timedelta(days=180),
    }
)
# From each state to those it may go to. docs/states.md shows the same table.
LINK_STATES: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "issued": frozenset({"used", "revoked", "expired"}),
        "used": frozenset(),
        "revoked": frozenset(),
        "expired": frozenset(),
    }
)


class LinkStepError(ValueError):
    """A link can't go from the state it is in to the one asked for."""

    def __init__(self, *, before: str, after: str) -> None:
        super().__init__(f"A link that is {before} can't become {after}.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A link as it is kept: only hashes of its token and code. `about_id` is what it opens, where that isn't the person."""

    id: UUID
    participant_id: UUID
    sequence: int
    purpose: str
    token_hash: str
    code_hash: str | None
    channel: str | None
    about_id: UUID | None
    status: str
    issued_at: datetime
    expires_at: datetime
    changed_at: datetime

    def opens(self, *, now: datetime) -> bool:
        """Whether it still opens what it is for."""
        return self.status == "issued" and now < self.expires_at

    def takes_code(self, code: str) -> bool:
        """Whether this is the code that was sent with it."""
        return self.code_hash is not None and self.code_hash == hash_of_code(code, link_id=self.id)

    def become(self, status: str, *, now: datetime) -> "Link":
        """Take one step of `LINK_STATES`; LinkStepError for any other."""
        if status not in LINK_STATES[self.status]:
            raise LinkStepError(before=self.status, after=status)
        return replace(self, status=status, sequence=self.sequence + 1, changed_at=now)


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuedLink:
    """A link, with the secrets that only the message about it gets."""

    link: Link
    token: str
    code: str | None = None


def issue_link(
    *,
    purpose: str,
    participant_id: UUID,
    now: datetime,
    link_id: UUID,
    token: str,
    code: str | None = None,
    channel: str | None = None,
    about_id: UUID | None = None,
) -> IssuedLink:
    """Make a link that opens for as long as its purpose allows. `token` has 256 random bits; KeyError for an unknown purpose."""
    link = Link(
        id=link_id,
        participant_id=participant_id,
        sequence=1,
        purpose=purpose,
        token_hash=hash_of_token(token),
        code_hash=None if code is None else hash_of_code(code, link_id=link_id),
        channel=channel,
        about_id=about_id,
        status="issued",
        issued_at=now,
        expires_at=now + LIFETIMES[purpose],
        changed_at=now,
    )
    return IssuedLink(link=link, token=token, code=code)


def hash_of_token(token: str) -> str:
    """Return what is kept of a token; nobody can search 256 random bits, so a plain hash is enough."""
    return hashlib.sha256(token.encode()).hexdigest()


def hash_of_code(code: str, *, link_id: UUID) -> str:
    """Return what is kept of a code. It is short, so only the hour that it lives and the few tries that it allows protect it."""
    return hashlib.sha256(f"{link_id} {code}".encode()).hexdigest()
