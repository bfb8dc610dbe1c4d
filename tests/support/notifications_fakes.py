"""What notifications' use cases find on their desk, in memory; `desk_promises` holds it to what the database does."""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import count
from uuid import UUID

from notifications.domain.cohort import Cohort
from notifications.domain.contact import Contact
from notifications.domain.enrolment import WITHDRAWN, Enrolment
from notifications.domain.message import Channel, Kind, Message, Reason, Status
from notifications.domain.person import Person
from notifications.domain.place import Place
from notifications.domain.site import Site
from notifications.domain.wishes import Wishes
from notifications.use_cases.desk import Desk, Given, holder
from notifications.use_cases.provider import Accepted, Answer, Letter
from notifications.use_cases.send_due_messages import Counter

MAY_HAVE_GONE = (Status.SENDING, Status.SENT, Status.DELIVERED, Status.UNKNOWN)
BOTH = (Channel.SMS, Channel.EMAIL)
MARY = Contact(
    participant_id=UUID(int=1),
    sequence=1,
    greeting_name="Mary",
    phone="07700 900123",
    email="mary@example.org",
    language="en",
    preferred_channel=None,
    allows_sms=True,
    allows_email=True,
)


@dataclass
class FakeMessages:
    rows: dict[UUID, Message] = field(default_factory=dict)

    async def of_participants(self, participant_ids: Collection[UUID]) -> list[Message]:
        return self._sorted(message for message in self.rows.values() if message.participant_id in participant_ids)

    async def open_of_participants(self, participant_ids: Collection[UUID]) -> list[Message]:
        return [message for message in await self.of_participants(participant_ids) if message.is_open]

    async def about(self, kind: Kind, about_ids: Collection[str]) -> list[Message]:
        return self._sorted(m for m in self.rows.values() if m.kind is kind and m.about_id in about_ids)

    async def dropped_for(self, reason: Reason, participant_ids: Collection[UUID]) -> list[Message]:
        return [m for m in await self.of_participants(participant_ids) if m.status is Status.DROPPED and m.reason is reason]

    async def due(self, *, now: datetime, real_now: datetime, limit: int) -> list[Message]:
        planned = [m for m in self.rows.values() if m.is_open and m.retry_at is None and m.due_at <= now]
        again = [m for m in self.rows.values() if m.retry_at is not None and m.retry_at <= real_now]
        return [*sorted(planned, key=lambda m: (m.due_at, m.id)), *sorted(again, key=lambda m: (m.retry_at, m.id))][:limit]

    async def overdue_in_sending(self, *, real_now: datetime, limit: int) -> list[Message]:
        overdue = [m for m in self.rows.values() if m.claimed_until is not None and m.claimed_until <= real_now]
        return sorted(overdue, key=lambda m: (m.claimed_until, m.id))[:limit]

    async def by_id(self, message_ids: Collection[UUID]) -> list[Message]:
        return self._sorted(message for message in self.rows.values() if message.id in message_ids)

    async def given_since(self, participant_ids: Collection[UUID], *, since: datetime) -> list[Given]:
        return [
            Given(m.id, m.participant_id, m.given_at, m.words)
            for m in await self.of_participants(participant_ids)
            if m.given_at is not None and m.given_at >= since and m.status in MAY_HAVE_GONE
        ]

    async def add(self, messages: Sequence[Message]) -> None:
        taken = {(m.participant_id, m.kind, m.about_id) for m in self.rows.values()}
        for message in messages:
            if (message.participant_id, message.kind, message.about_id) not in taken:
                self.rows[message.id] = message

    async def change(self, messages: Sequence[Message]) -> None:
        self.rows.update({message.id: message for message in messages})

    @staticmethod
    def _sorted(messages: object) -> list[Message]:
        return sorted(messages, key=lambda m: m.id)  # type: ignore[call-overload,no-any-return]  # a generator of messages


@dataclass
class FakeSuppressions:
    rows: dict[str, tuple[bool, datetime]] = field(default_factory=dict)

    async def keep(self, number_hash: str, *, stopped: bool, at: datetime) -> bool:
        known = self.rows.get(number_hash)
        if known is not None and known[1] > at:
            return False
        self.rows[number_hash] = (stopped, at)
        return True

    def is_stopped(self, number_hash: str | None) -> bool:
        return self.rows.get(number_hash or "", (False,))[0]


@dataclass
class FakeContacts:
    rows: dict[UUID, Contact] = field(default_factory=dict)
    suppressions: FakeSuppressions = field(default_factory=FakeSuppressions)
    kept_at: dict[UUID, datetime] = field(default_factory=dict)
    wishes: dict[UUID, tuple[Wishes, datetime]] = field(default_factory=dict)

    async def of(self, participant_ids: Collection[UUID]) -> Mapping[UUID, Contact]:
        return {id_: self._with_stop(row) for id_, row in self.rows.items() if id_ in participant_ids}

    async def with_number(self, number_hash: str) -> list[Contact]:
        return [self._with_stop(row) for _, row in sorted(self.rows.items()) if row.number_hash == number_hash]

    def _with_stop(self, contact: Contact) -> Contact:
        contact = replace(contact, stopped=self.suppressions.is_stopped(contact.number_hash))
        told = self.wishes.get(contact.participant_id)
        if told is None:
            return contact
        wishes, wished_at = told
        contact = replace(
            contact,
            allows_sms=contact.allows_sms and wishes.allows_sms,
            allows_email=contact.allows_email and wishes.allows_email,
        )
        kept_at = self.kept_at.get(contact.participant_id)
        if kept_at is not None and wished_at < kept_at:
            return contact
        return replace(contact, language=wishes.language, preferred_channel=wishes.preferred_channel)

    async def keep(self, contacts: Sequence[Contact], *, at: datetime) -> None:
        for contact in contacts:
            known = self.rows.get(contact.participant_id)
            if known is None or contact.sequence > known.sequence:
                self.rows[contact.participant_id] = contact
                self.kept_at[contact.participant_id] = at


@dataclass
class FakeWishes:
    contacts: FakeContacts

    async def keep(self, wishes: Sequence[Wishes], *, at: datetime) -> None:
        for told in wishes:
            known = self.contacts.wishes.get(told.participant_id)
            if known is None or told.sequence > known[0].sequence:
                self.contacts.wishes[told.participant_id] = (told, at)


@dataclass
class FakeCohorts:
    rows: dict[UUID, Cohort] = field(default_factory=dict)
    sites: dict[str | None, Site] = field(default_factory=dict)

    async def of(self, cohort_ids: Collection[UUID]) -> Mapping[UUID, Cohort]:
        found = await self.mine(cohort_ids)
        return {id_: self._with_sites(row) for id_, row in found.items()}

    def _with_sites(self, cohort: Cohort) -> Cohort:
        sessions = tuple(replace(session, site=self.sites.get(session.site_id)) for session in cohort.sessions)
        return replace(cohort, site=self.sites.get(cohort.site_id), sessions=sessions)

    async def mine(self, cohort_ids: Collection[UUID]) -> Mapping[UUID, Cohort]:
        return {id_: row for id_, row in self.rows.items() if id_ in cohort_ids}

    steady = mine

    async def keep(self, cohorts: Sequence[Cohort]) -> None:
        for cohort in cohorts:
            known = self.rows.get(cohort.id)
            if known is None or cohort.sequence > known.sequence:
                self.rows[cohort.id] = cohort


@dataclass
class FakeSites:
    cohorts: FakeCohorts

    async def keep(self, sites: Sequence[Site]) -> None:
        for site in sites:
            known = self.cohorts.sites.get(site.id)
            if known is None or site.sequence > known.sequence:
                self.cohorts.sites[site.id] = site


@dataclass
class FakePlaces:
    rows: dict[UUID, Place] = field(default_factory=dict)

    async def of(self, place_ids: Collection[UUID]) -> Mapping[UUID, Place]:
        return {id_: row for id_, row in self.rows.items() if id_ in place_ids}

    async def in_cohorts(self, cohort_ids: Collection[UUID]) -> list[Place]:
        return sorted((row for row in self.rows.values() if row.cohort_id in cohort_ids), key=lambda place: place.id)

    async def keep(self, places: Sequence[Place]) -> None:
        for place in places:
            known = self.rows.get(place.id)
            if known is None or place.sequence > known.sequence:
                self.rows[place.id] = place


@dataclass
class FakeEnrolments:
    places: FakePlaces
    rows: dict[UUID, Enrolment] = field(default_factory=dict)

    async def keep(self, enrolments: Sequence[Enrolment]) -> None:
        for enrolment in enrolments:
            known = self.rows.get(enrolment.id)
            if known is None or enrolment.sequence > known.sequence:
                self.rows[enrolment.id] = enrolment

    async def withdrawn(self, *, enrolment_ids: Collection[UUID], place_ids: Collection[UUID]) -> frozenset[UUID]:
        left = {id_ for id_, row in self.rows.items() if row.status == WITHDRAWN}
        of_places = {place.id: place.enrolment_id for place in self.places.rows.values() if place.enrolment_id in left}
        asked = left.intersection(enrolment_ids) | {of_places[id_] for id_ in place_ids if id_ in of_places}
        return frozenset(id_ for id_ in asked if id_) | {id_ for id_, enrolment in of_places.items() if enrolment in asked}


@dataclass
class FakeHeard:
    rows: dict[tuple[str, UUID], int] = field(default_factory=dict)

    async def versions(self, thing: str, ids: Collection[UUID]) -> Mapping[UUID, int]:
        return {id_: sequence for (what, id_), sequence in self.rows.items() if what == thing and id_ in ids}

    async def keep(self, thing: str, versions: Mapping[UUID, int]) -> None:
        for id_, sequence in versions.items():
            self.rows[thing, id_] = max(sequence, self.rows.get((thing, id_), 0))


@dataclass
class FakePeople:
    contacts: FakeContacts
    rows: dict[UUID, Person] = field(default_factory=dict)

    async def of(self, participant_ids: Collection[UUID]) -> Mapping[UUID, Person]:
        found = {id_: row for id_, row in self.rows.items() if id_ in participant_ids}
        further = {row.merged_into for row in found.values() if row.merged_into} - found.keys()
        return {**found, **(await self.of(further) if further else {})}

    mine = of

    async def merged_into(self, holders: Collection[UUID]) -> Mapping[UUID, UUID]:
        now_are = {id_: holder(id_, self.rows) for id_, row in self.rows.items() if row.merged_into}
        return {id_: now_is for id_, now_is in now_are.items() if now_is in holders}

    async def keep(self, people: Sequence[Person]) -> None:
        for person in people:
            known = self.rows.get(person.participant_id)
            if known is None or person.sequence > known.sequence:
                self.rows[person.participant_id] = person

    async def forget(self, participant_ids: Collection[UUID]) -> None:
        for id_ in participant_ids:
            self.contacts.rows.pop(id_, None)
            self.contacts.wishes.pop(id_, None)


@dataclass
class FakeDesk:
    """All of it, with what was announced, and ids in order."""

    messages: FakeMessages = field(default_factory=FakeMessages)
    contacts: FakeContacts = field(default_factory=FakeContacts)
    cohorts: FakeCohorts = field(default_factory=FakeCohorts)
    sites: FakeSites = field(init=False)
    places: FakePlaces = field(default_factory=FakePlaces)
    heard: FakeHeard = field(default_factory=FakeHeard)
    people: FakePeople = field(init=False)
    enrolments: FakeEnrolments = field(init=False)
    announced: list[Message] = field(default_factory=list)
    _numbers: count = field(default_factory=lambda: count(1))  # type: ignore[type-arg]  # of int

    def __post_init__(self) -> None:
        self.people = FakePeople(self.contacts)
        self.sites = FakeSites(self.cohorts)
        self.enrolments = FakeEnrolments(self.places)

    def desk(self) -> Desk:
        return Desk(
            messages=self.messages,
            contacts=self.contacts,
            cohorts=self.cohorts,
            sites=self.sites,
            places=self.places,
            heard=self.heard,
            suppressions=self.contacts.suppressions,
            people=self.people,
            wishes=FakeWishes(self.contacts),
            enrolments=self.enrolments,
        )

    def new_id(self) -> UUID:
        return UUID(int=next(self._numbers))

    @asynccontextmanager
    async def open_counter(self) -> AsyncIterator[Counter]:
        async def announce(messages: Sequence[Message]) -> None:
            self.announced.extend(messages)

        yield Counter(desk=self.desk(), announce=announce)

    def all(self) -> list[Message]:
        return sorted(self.messages.rows.values(), key=lambda m: (m.due_at, m.id))

    def with_status(self, *statuses: Status) -> list[Message]:
        return [message for message in self.all() if message.status in statuses]


@dataclass
class FakeProvider:
    """Answers as it is told to, then always accepts. `asked` says what it is found to have; None: it can't be asked."""

    name: str = "fake"
    at_once: int = 10
    answers: list[Answer] = field(default_factory=list)
    letters: list[Letter] = field(default_factory=list)
    has: set[UUID] | None = field(default_factory=set)
    out_of_reach: bool = False

    async def send(self, letter: Letter) -> Answer:
        self.letters.append(letter)
        answer = self.answers.pop(0) if self.answers else Accepted()
        if isinstance(answer, Accepted) and self.has is not None:
            self.has.add(letter.reference)
        return answer

    async def find(self, references: Collection[UUID]) -> frozenset[UUID] | None:
        if self.out_of_reach:
            raise ConnectionRefusedError
        return None if self.has is None else frozenset(self.has.intersection(references))

    async def close(self) -> None:
        pass
