"""A group of nominations and removals: load what they name, decide one by one, write it all.

Nothing here asks who is known: what a sender hears, and how long it takes, can't depend on it.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol
from uuid import UUID

from enrolment.domain.hearing import INVALID, RECEIVED, REMOVED
from enrolment.domain.links import COMPLETE_NOMINATION, IssuedLink, Link, issue_link
from enrolment.domain.nominations import LIFETIME, Nomination, Nominee, digest_of, invitation_key, problem_of
from enrolment.domain.reason import Reason
from enrolment.domain.receipts import Receipt
from enrolment.use_cases.known import Sender, Sent
from enrolment.use_cases.receive_referral import LOCAL_TIME, Rules
from enrolment.use_cases.refuse_message import RefuseMessage, refuse_message


@dataclass(frozen=True, slots=True, kw_only=True)
class Nominate:
    """One nomination."""

    sent: Sent
    sender_nomination_id: str
    programme: str
    preferred_site: str | None
    nominee: Nominee


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveNomination:
    """Take a nomination back."""

    sent: Sent
    sender_nomination_id: str


NominationMessage = Nominate | RemoveNomination | RefuseMessage


@dataclass(frozen=True, slots=True, kw_only=True)
class NominationOutcome:
    """The answer; whom to reach for the first time, or no more; the link to send, or those that no longer open."""

    receipt: Receipt
    invited: Nomination | None = None
    over: Nomination | None = None
    issued: IssuedLink | None = None
    ended: tuple[Link, ...] = ()


@dataclass(slots=True)
class HeldNominations:
    """The nominations and links that a group is about, and what the group itself has changed. `put_*` replaces or adds."""

    nominations: dict[UUID, Nomination] = field(default_factory=dict)
    links: dict[UUID, Link] = field(default_factory=dict)
    receipts: list[Receipt] = field(default_factory=list)
    loaded_ids: set[UUID] = field(default_factory=set)
    touched_ids: set[UUID] = field(default_factory=set)
    _by_name: dict[tuple[Sender, str], UUID] = field(default_factory=dict)
    _by_key: dict[tuple[Sender, str], UUID] = field(default_factory=dict)
    _of_stand_in: dict[UUID, set[UUID]] = field(default_factory=lambda: defaultdict(set))
    _links_of: dict[UUID, set[UUID]] = field(default_factory=lambda: defaultdict(set))

    @classmethod
    def loaded(cls, *, nominations: Iterable[Nomination] = (), links: Iterable[Link] = ()) -> "HeldNominations":
        """Start from rows that are in the database."""
        held = cls()
        for nomination in nominations:
            held.put(nomination)
        for link in links:
            held.put_link(link)
        held.loaded_ids, held.touched_ids = held.touched_ids, set()
        return held

    def put(self, nomination: Nomination) -> None:
        """Know a nomination, as it is now."""
        sender = Sender(nomination.channel, nomination.organisation)
        self.nominations[nomination.id] = nomination
        self.touched_ids.add(nomination.id)
        self._by_name[sender, nomination.sender_nomination_id] = nomination.id
        self._of_stand_in[nomination.participant_id].add(nomination.id)
        if nomination.invitation_key is not None:
            self._by_key[sender, nomination.invitation_key] = nomination.id

    def put_link(self, link: Link) -> None:
        """Know a link, as it is now."""
        self.links[link.id] = link
        self.touched_ids.add(link.id)
        self._links_of[link.participant_id].add(link.id)

    def named(self, sender: Sender, name: str) -> Nomination | None:
        """Return the nomination that this sender named so."""
        found = self._by_name.get((sender, name))
        return None if found is None else self.nominations[found]

    def open_invitation(self, sender: Sender, key: str) -> Nomination | None:
        """Return this sender's nomination that already invites the same person."""
        found = self._by_key.get((sender, key))
        nomination = None if found is None else self.nominations[found]
        return nomination if nomination is not None and nomination.status == "invited" else None

    def is_invited(self, participant_id: UUID) -> bool:
        """Return whether a nomination still stands that this stand-in's link is for."""
        return any(self.nominations[each].status == "invited" for each in self._of_stand_in[participant_id])

    def open_links(self, participant_id: UUID) -> list[Link]:
        """Return the links of a stand-in that still open."""
        links = (self.links[each] for each in sorted(self._links_of[participant_id]))
        return [link for link in links if link.status == "issued"]


class NominationStore(Protocol):
    """The database, as far as nominations need it, within one transaction."""

    async def load(self, *, names: Sequence[tuple[Sender, str]], keys: Sequence[tuple[Sender, str]]) -> HeldNominations:
        """Lock the senders; load what they named, what invites the same people, and the links of all of these."""

    async def save(self, held: HeldNominations) -> None:
        """Write what is new and what changed."""


async def answer_nominations(
    messages: Sequence[NominationMessage],
    *,
    store: NominationStore,
    rules: Rules,
    now: datetime,
    new_id: Callable[[], UUID],
    new_token: Callable[[], str],
    keep_receipts: bool = True,
) -> list[NominationOutcome]:
    """Answer each message, in their order; later ones see what earlier ones of the group changed.

    `keep_receipts` is false where the answers are kept elsewhere, as a file's are.
    """
    nominations = [message for message in messages if isinstance(message, Nominate)]
    named = [message for message in messages if not isinstance(message, RefuseMessage)]
    held = await store.load(
        names=[(message.sent.sender, message.sender_nomination_id) for message in named],
        keys=[(each.sent.sender, invitation_key(each.nominee, programme=each.programme)) for each in nominations],
    )
    outcomes: list[NominationOutcome] = []
    for message in messages:
        match message:
            case Nominate():
                outcome = _nominate(message, held, rules, now, new_id, new_token)
            case RemoveNomination():
                outcome = _remove(message, held, now)
            case RefuseMessage():
                outcome = NominationOutcome(receipt=refuse_message(message, now=now).receipt)
        if keep_receipts:
            held.receipts.append(outcome.receipt)
        outcomes.append(outcome)
    await store.save(held)
    return outcomes


def _nominate(
    command: Nominate,
    held: HeldNominations,
    rules: Rules,
    now: datetime,
    new_id: Callable[[], UUID],
    new_token: Callable[[], str],
) -> NominationOutcome:
    sender, name = command.sent.sender, command.sender_nomination_id
    wrong = problem_of(command.nominee, sender_nomination_id=name, today=now.astimezone(LOCAL_TIME).date())
    if wrong is None and command.programme not in rules.programmes:
        wrong = Reason("unknown_programme", "This service doesn't run the programme that the nomination names.", "programme")
    if wrong is not None:
        return NominationOutcome(receipt=_answer(command, INVALID, now, wrong))
    digest = digest_of(command.nominee, programme=command.programme, preferred_site=command.preferred_site)
    earlier = held.named(sender, name)
    if earlier is not None:
        return NominationOutcome(receipt=_again(command, earlier, digest, now))
    key = invitation_key(command.nominee, programme=command.programme)
    same = held.open_invitation(sender, key)
    nomination = Nomination(
        id=new_id(),
        sequence=1,
        participant_id=same.participant_id if same else new_id(),
        channel=sender.channel,
        organisation=sender.organisation,
        sender_nomination_id=name,
        programme=command.programme,
        preferred_site=command.preferred_site,
        nominee=command.nominee,
        status="invited",
        digest=digest,
        invitation_key=key,
        event_id=command.sent.event_id,
        received_at=now,
        changed_at=now,
        lapses_at=now + LIFETIME,
    )
    held.put(nomination)
    receipt = _answer(command, RECEIVED, now)
    if same is not None:
        return NominationOutcome(receipt=receipt)
    issued = issue_link(
        purpose=COMPLETE_NOMINATION,
        participant_id=nomination.participant_id,
        about_id=nomination.id,
        now=now,
        link_id=new_id(),
        token=new_token(),
    )
    held.put_link(issued.link)
    return NominationOutcome(receipt=receipt, invited=nomination, issued=issued)


def _again(command: Nominate, earlier: Nomination, digest: str, now: datetime) -> Receipt:
    """Answer a nomination that came before: the sender may send its whole file again."""
    if earlier.status == "removed":
        text = "This nomination_id was removed before. Use another one for a new nomination."
        return _answer(command, INVALID, now, Reason("nomination_removed", text, "nomination_id"))
    if earlier.digest is not None and earlier.digest != digest:
        text = "This nomination_id came before with other details. Remove that nomination, or use another nomination_id."
        return _answer(command, INVALID, now, Reason("nomination_id_used", text, "nomination_id"))
    return _answer(command, RECEIVED, now)


def _remove(command: RemoveNomination, held: HeldNominations, now: datetime) -> NominationOutcome:
    earlier = held.named(command.sent.sender, command.sender_nomination_id)
    if earlier is None:
        text = "No nomination with this nomination_id came from this sender."
        return NominationOutcome(receipt=_answer(command, INVALID, now, Reason("unknown_nomination", text, "nomination_id")))
    receipt = _answer(command, REMOVED, now)
    if earlier.status == "removed":
        return NominationOutcome(receipt=receipt)
    removed = earlier.become("removed", now=now)
    held.put(removed)
    if held.is_invited(earlier.participant_id):
        return NominationOutcome(receipt=receipt)
    ended = tuple(link.become("revoked", now=now) for link in held.open_links(earlier.participant_id))
    for link in ended:
        held.put_link(link)
    return NominationOutcome(receipt=receipt, over=removed, ended=ended)


def _answer(command: Nominate | RemoveNomination, status: str, now: datetime, *reasons: Reason) -> Receipt:
    return Receipt(
        channel=command.sent.sender.channel,
        organisation=command.sent.sender.organisation,
        event_id=command.sent.event_id,
        sequence=1,
        status=status,
        reasons=reasons,
        sender_referral_id=command.sender_nomination_id,
        body_digest=command.sent.body_digest,
        is_cancellation=isinstance(command, RemoveNomination),
        decided_at=now,
    )
