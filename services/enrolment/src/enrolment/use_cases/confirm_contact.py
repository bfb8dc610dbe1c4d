"""A person shows that a phone number or email address is theirs."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from enrolment.domain.confirmations import (
    CONFIRMED,
    ENDED,
    MOST_TRIES,
    WAITING,
    Claim,
    Confirmation,
    TooManyCodesError,
    hash_of_address,
    may_send_another,
)
from enrolment.domain.links import CONFIRM_CONTACT, LIFETIMES, IssuedLink, Link, hash_of_token, issue_link


class ConfirmationStore(Protocol):
    """The database, as far as confirming needs it, within one transaction."""

    async def codes_sent(self, address_hash: str, *, now: datetime) -> tuple[int, int]:
        """Return how many codes went to an address in the last hour and in the last day."""

    async def waiting_about(self, about_id: UUID) -> list[tuple[Confirmation, Link]]:
        """Lock the confirmations that wait for one draft or person, with their links."""

    async def confirmation(self, confirmation_id: UUID) -> tuple[Confirmation, Link] | None:
        """Lock a confirmation and its link."""

    async def link(self, token_hash: str) -> Link | None:
        """Lock the link of a token."""

    async def keep_confirmation(self, confirmation: Confirmation, link: Link) -> None:
        """Write a confirmation and its link."""


class Said(StrEnum):
    """What becomes of a code or link that somebody brings."""

    RIGHT = "right"
    WRONG = "code_wrong"
    TOO_OFTEN = "too_many_tries"
    GONE = "gone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A code is on its way; `ended` are earlier ones about the same that no longer work."""

    confirmation: Confirmation
    issued: IssuedLink
    ended: tuple[tuple[Confirmation, Link], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What was brought, what it was about and, where it was right, the address that is shown to be the person's."""

    said: Said
    confirmation: Confirmation | None = None
    link: Link | None = None
    address: str | None = None


async def ask_to_confirm(
    claim: Claim,
    *,
    store: ConfirmationStore,
    now: datetime,
    new_id: Callable[[], UUID],
    token: str,
    code: str,
) -> Asked:
    """Send a code and a link to one address; earlier ones about the same end. TooManyCodesError if it got too many."""
    address_hash = hash_of_address(claim.phone or claim.email or "")
    in_last_hour, in_last_day = await store.codes_sent(address_hash, now=now)
    if not may_send_another(in_last_hour=in_last_hour, in_last_day=in_last_day):
        raise TooManyCodesError
    ended = []
    for earlier, link in await store.waiting_about(claim.about_id):
        over = (earlier.over(ENDED), link.become("revoked", now=now) if link.status == "issued" else link)
        await store.keep_confirmation(*over)
        ended.append(over)
    confirmation = Confirmation(
        id=new_id(),
        sequence=1,
        about=claim.about,
        about_id=claim.about_id,
        greeting_name=claim.greeting_name,
        phone=claim.phone,
        email=claim.email,
        language=claim.language,
        address_hash=address_hash,
        status=WAITING,
        tries=0,
        created_at=now,
        expires_at=now + LIFETIMES[CONFIRM_CONTACT],
    )
    issued = issue_link(
        purpose=CONFIRM_CONTACT,
        participant_id=confirmation.id,
        about_id=confirmation.id,
        channel="sms" if claim.phone else "email",
        now=now,
        link_id=new_id(),
        token=token,
        code=code,
    )
    await store.keep_confirmation(confirmation, issued.link)
    return Asked(confirmation=confirmation, issued=issued, ended=tuple(ended))


async def bring_code(confirmation_id: UUID, code: str, *, store: ConfirmationStore, now: datetime) -> Answered:
    """Hold a code against the one that was sent; a wrong one is counted, and after five the code is over."""
    found = await store.confirmation(confirmation_id)
    if found is None or not _works(*found, now=now):
        return Answered(said=Said.GONE)
    confirmation, link = found
    if link.takes_code(code):
        return await _confirmed(confirmation, link, store, now)
    tried = confirmation.tried()
    if tried.tries < MOST_TRIES:
        await store.keep_confirmation(tried, link)
        return Answered(said=Said.WRONG, confirmation=tried)
    over, revoked = tried.over(ENDED), link.become("revoked", now=now)
    await store.keep_confirmation(over, revoked)
    return Answered(said=Said.TOO_OFTEN, confirmation=over, link=revoked)


async def look_at_link(token: str, *, store: ConfirmationStore, now: datetime) -> Confirmation | None:
    """Return what a link would confirm, or None if it no longer does."""
    link = await store.link(hash_of_token(token))
    if link is None or link.purpose != CONFIRM_CONTACT or link.about_id is None:
        return None
    found = await store.confirmation(link.about_id)
    return found[0] if found is not None and _works(*found, now=now) else None


async def bring_link(token: str, *, store: ConfirmationStore, now: datetime) -> Answered:
    """Confirm by the link that was sent."""
    confirmation = await look_at_link(token, store=store, now=now)
    found = None if confirmation is None else await store.confirmation(confirmation.id)
    if found is None:
        return Answered(said=Said.GONE)
    return await _confirmed(*found, store, now)


def _works(confirmation: Confirmation, link: Link, *, now: datetime) -> bool:
    return confirmation.status == WAITING and link.opens(now=now)


async def _confirmed(confirmation: Confirmation, link: Link, store: ConfirmationStore, now: datetime) -> Answered:
    over, used = confirmation.over(CONFIRMED), link.become("used", now=now)
    await store.keep_confirmation(over, used)
    return Answered(said=Said.RIGHT, confirmation=over, link=used, address=confirmation.address)
