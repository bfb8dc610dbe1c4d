"""What is known while a group of messages is decided: the rows that were loaded, and what the group itself has changed."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Protocol
from uuid import UUID

from enrolment.domain.audit import Entry
from enrolment.domain.corrections import History
from enrolment.domain.enrolments import Enrolment
from enrolment.domain.links import Link
from enrolment.domain.matching import Identity, Match, find_match
from enrolment.domain.merges import Merge
from enrolment.domain.near_matches import NearMatch
from enrolment.domain.person import Participant
from enrolment.domain.receipts import Receipt
from enrolment.domain.referrals import Referral


@dataclass(frozen=True, slots=True)
class Sender:
    """Who sent a message: the broker's permissions vouch for it, never the message."""

    channel: str
    organisation: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A message as it came: from whom, under which event id, and the digest of its body."""

    sender: Sender
    event_id: str
    body_digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """Rows to write; each thing at most once, in its last state."""

    new_participants: Sequence[Participant]
    changed_participants: Sequence[Participant]
    new_referrals: Sequence[Referral]
    changed_referrals: Sequence[Referral]
    new_enrolments: Sequence[Enrolment]
    changed_enrolments: Sequence[Enrolment]
    receipts: Sequence[Receipt]
    new_links: Sequence[Link] = ()
    new_near_matches: Sequence[NearMatch] = ()
    changed_near_matches: Sequence[NearMatch] = ()
    new_merges: Sequence[Merge] = ()
    changed_merges: Sequence[Merge] = ()
    histories: Sequence[History] = ()
    audits: Sequence[Entry] = ()


@dataclass(slots=True)
class Known:
    """People, referrals, enrolments and receipts, looked up by what a message brings. `put_*` replaces or adds."""

    participants: dict[UUID, Participant] = field(default_factory=dict)
    referrals: dict[UUID, Referral] = field(default_factory=dict)
    enrolments: dict[UUID, Enrolment] = field(default_factory=dict)
    _loaded: set[UUID] = field(default_factory=set)
    _touched: set[UUID] = field(default_factory=set)
    near_matches: dict[UUID, NearMatch] = field(default_factory=dict)
    merges: dict[UUID, Merge] = field(default_factory=dict)
    _receipts: list[Receipt] = field(default_factory=list)
    _histories: list[History] = field(default_factory=list)
    _audits: list[Entry] = field(default_factory=list)
    _new_links: list[Link] = field(default_factory=list)
    _settled: dict[tuple[Sender, str], Receipt] = field(default_factory=dict)
    _by_key: dict[str, set[UUID]] = field(default_factory=lambda: defaultdict(set))
    _by_name: dict[tuple[Sender, str], UUID] = field(default_factory=dict)
    _by_service_request: dict[tuple[Sender, str], list[UUID]] = field(default_factory=lambda: defaultdict(list))
    _referrals_of: dict[UUID, list[UUID]] = field(default_factory=lambda: defaultdict(list))
    _enrolments_of: dict[UUID, set[UUID]] = field(default_factory=lambda: defaultdict(set))

    @classmethod
    def loaded(
        cls,
        *,
        participants: Iterable[Participant] = (),
        referrals: Iterable[Referral] = (),
        enrolments: Iterable[Enrolment] = (),
        settled: Iterable[Receipt] = (),
    ) -> "Known":
        """Start from rows that are in the database; `settled` are receipts that settle their body, the oldest first."""
        known = cls()
        for participant in participants:
            known.put_participant(participant)
        for referral in referrals:
            known.put_referral(referral)
        for enrolment in enrolments:
            known.put_enrolment(enrolment)
        for receipt in settled:
            known._settle(receipt)
        known._loaded = {*known.participants, *known.referrals, *known.enrolments}
        known._touched = set()
        return known

    def also(self, *, near_matches: Iterable[NearMatch], merges: Iterable[Merge]) -> None:
        """Know these as well, from the database."""
        self.near_matches = {each.id: each for each in near_matches}
        self.merges = {each.id: each for each in merges}
        self._loaded |= {*self.near_matches, *self.merges}

    def put_participant(self, participant: Participant) -> None:
        """Know a person, as they are now."""
        self.participants[participant.id] = participant
        self._touched.add(participant.id)
        for key in participant.person.identity().match_keys():
            self._by_key[key].add(participant.id)

    def put_referral(self, referral: Referral) -> None:
        """Know a referral, as it is now."""
        before = self.referrals.get(referral.id)
        if before is None:
            sender = Sender(referral.channel, referral.organisation)
            self._by_name[sender, referral.sender_referral_id] = referral.id
            if referral.service_request:
                self._by_service_request[sender, referral.service_request].append(referral.id)
        elif before.participant_id != referral.participant_id:
            self._referrals_of[before.participant_id].remove(referral.id)
        if before is None or before.participant_id != referral.participant_id:
            self._referrals_of[referral.participant_id].append(referral.id)
        self.referrals[referral.id] = referral
        self._touched.add(referral.id)

    def put_enrolment(self, enrolment: Enrolment) -> None:
        """Know an enrolment, as it is now."""
        if enrolment.id in self.enrolments:
            self._enrolments_of[self.enrolments[enrolment.id].participant_id].discard(enrolment.id)
        self.enrolments[enrolment.id] = enrolment
        self._enrolments_of[enrolment.participant_id].add(enrolment.id)
        self._touched.add(enrolment.id)

    def put_receipt(self, receipt: Receipt) -> None:
        """Give an answer."""
        self._receipts.append(receipt)
        self._settle(receipt)

    def put_link(self, link: Link) -> None:
        """Issue a link."""
        self._new_links.append(link)

    def put_near_match(self, near_match: NearMatch) -> None:
        """Know two people to be alike, or what was decided about them."""
        self.near_matches[near_match.id] = near_match
        self._touched.add(near_match.id)

    def put_merge(self, merge: Merge) -> None:
        """Know a merge, as it is now."""
        self.merges[merge.id] = merge
        self._touched.add(merge.id)

    def put_history(self, history: History) -> None:
        """Keep how somebody was described before."""
        self._histories.append(history)

    def put_audit(self, entry: Entry) -> None:
        """Write down a deed."""
        self._audits.append(entry)

    def near_match_of(self, one_id: UUID, other_id: UUID) -> NearMatch | None:
        """Return what is known of two people being alike."""
        pair = tuple(sorted((one_id, other_id)))
        return next((each for each in self.near_matches.values() if (each.one_id, each.other_id) == pair), None)

    def holder(self, participant_id: UUID) -> UUID:
        """Return who a person is now: whoever they were merged into in the end, or themselves."""
        while (into := self.participants[participant_id].merged_into) is not None:
            participant_id = into
        return participant_id

    def settled(self, sender: Sender, body_digest: str) -> Receipt | None:
        """Return the first answer to this body from this sender, if it would be the answer again."""
        return self._settled.get((sender, body_digest))

    def resembling(self, identity: Identity) -> list[tuple[UUID, Identity]]:
        """Return everybody who shares a key with this identity, in a fixed order.

        Who was merged is known by both descriptions, as the person that they are now.
        """
        ids = sorted({participant_id for key in identity.match_keys() for participant_id in self._by_key.get(key, ())})
        return [(self.holder(each), self.participants[each].person.identity()) for each in ids]

    def match(self, identity: Identity, *, leaving_out: UUID | None = None) -> Match:
        """Say who this is; those whom staff keep apart from that person are not near. `leaving_out` is never an answer."""
        resembling = [(each, other) for each, other in self.resembling(identity) if each != leaving_out]
        numbers = {each: self.participants[each].person.nhs_number for each, _ in resembling}
        match = find_match(identity, known=resembling, numbers=numbers)
        person = match.same or leaving_out
        if person is None:
            return match
        kept_apart = {self.holder(each) for each in self.participants[person].kept_apart if each in self.participants}
        return Match(same=match.same, near=tuple(each for each in match.near if each not in kept_apart))

    def referral_named(self, sender: Sender, sender_referral_id: str) -> Referral | None:
        """Return the referral that this sender named so."""
        referral_id = self._by_name.get((sender, sender_referral_id))
        return None if referral_id is None else self.referrals[referral_id]

    def referrals_of_service_request(self, sender: Sender, names: Iterable[str]) -> list[Referral]:
        """Return every referral of this sender that carries a ServiceRequest of one of these names, the oldest first."""
        ids = dict.fromkeys(each for name in names for each in self._by_service_request.get((sender, name), ()))
        return sorted((self.referrals[each] for each in ids), key=lambda referral: (referral.received_at, referral.id))

    def referrals_of(self, participant_ids: Iterable[UUID]) -> list[Referral]:
        """Return these people's referrals, the oldest first."""
        found = [self.referrals[referral_id] for person in participant_ids for referral_id in self._referrals_of.get(person, ())]
        return sorted(found, key=lambda referral: (referral.received_at, referral.id))

    def enrolments_of(self, participant_id: UUID) -> list[Enrolment]:
        """Return the person's enrolments, the oldest first."""
        found = (self.enrolments[each] for each in self._enrolments_of.get(participant_id, ()))
        return sorted(found, key=lambda enrolment: (enrolment.enrolled_at, enrolment.id))

    def referrals_of_enrolment(self, enrolment: Enrolment) -> list[Referral]:
        """Return the referrals that led to an enrolment or found it, the oldest first."""
        return [referral for referral in self.referrals_of([enrolment.participant_id]) if referral.enrolment_id == enrolment.id]

    def enrolled_in(self, participant_id: UUID, programme: str) -> Enrolment | None:
        """Return the person's enrolment in this programme, if one stands."""
        for enrolment_id in self._enrolments_of.get(participant_id, ()):
            enrolment = self.enrolments[enrolment_id]
            if enrolment.programme == programme and enrolment.status == "enrolled":
                return enrolment
        return None

    def is_enrolled(self, participant_id: UUID) -> bool:
        """Return whether the person is enrolled in any programme."""
        return any(self.enrolments[each].status == "enrolled" for each in self._enrolments_of.get(participant_id, ()))

    def changes(self) -> Changes:
        """Return what has to be written."""
        new = self._touched - self._loaded
        changed = self._touched & self._loaded
        return Changes(
            new_participants=[self.participants[each] for each in sorted(new & self.participants.keys())],
            changed_participants=[self.participants[each] for each in sorted(changed & self.participants.keys())],
            new_referrals=[self.referrals[each] for each in sorted(new & self.referrals.keys())],
            changed_referrals=[self.referrals[each] for each in sorted(changed & self.referrals.keys())],
            new_enrolments=[self.enrolments[each] for each in sorted(new & self.enrolments.keys())],
            changed_enrolments=[self.enrolments[each] for each in sorted(changed & self.enrolments.keys())],
            receipts=list(self._receipts),
            new_links=list(self._new_links),
            new_near_matches=[self.near_matches[each] for each in sorted(new & self.near_matches.keys())],
            changed_near_matches=[self.near_matches[each] for each in sorted(changed & self.near_matches.keys())],
            new_merges=[self.merges[each] for each in sorted(new & self.merges.keys())],
            changed_merges=[self.merges[each] for each in sorted(changed & self.merges.keys())],
            histories=list(self._histories),
            audits=list(self._audits),
        )

    def _settle(self, receipt: Receipt) -> None:
        if receipt.settles_body and receipt.body_digest is not None:
            self._settled.setdefault((Sender(receipt.channel, receipt.organisation), receipt.body_digest), receipt)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What to load for a group of messages, and what to lock while it is decided."""

    bodies: Sequence[tuple[Sender, str]] = ()
    names: Sequence[tuple[Sender, str]] = ()
    service_requests: Sequence[tuple[Sender, str]] = ()
    identity_keys: Sequence[str] = ()


class IntakeStore(Protocol):
    """The database, as far as deciding about messages needs it, within one transaction."""

    async def load(self, wanted: Wanted) -> Known:
        """Lock the identities and load all that is wanted, with the referrals and enrolments of everybody found."""

    async def save(self, changes: Changes) -> None:
        """Write the changes."""
