"""The entries of one session's register: what stands, what was replaced, and what two tablets disagree about.

Every entry has an id that whoever made it chose, so that it can be sent again; it names the entry that its maker saw in its
place. Nothing that was entered is ever lost: it stands, was replaced, or is contested until somebody decides.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from scheduling.domain.register_contents import EXERCISE, INCIDENT, SIGN_OFF, Content

CURRENT = "current"
REPLACED = "replaced"
CONTESTED = "contested"
STANDINGS = (CURRENT, REPLACED, CONTESTED)

ACCEPTED = "accepted"
ALREADY = "already"
AGREED = "agreed"
REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """Who entered something and when: `at` is the maker's own clock, `received_at` ours. `reason` says why, after a sign-off."""

    by: UUID
    name: str
    at: datetime
    received_at: datetime
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEntry:
    """An entry as it arrives. `record_id` tells the exercise records of one person apart; `replaces` is what its maker saw."""

    entry_id: UUID
    kind: str
    content: Content
    participant_id: UUID | None = None
    record_id: UUID | None = None
    replaces: UUID | None = None
    at: datetime | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterEntry:
    """An entry as it is kept; `slot` is the thing it says something about: of each, one entry stands."""

    entry_id: UUID
    session_id: UUID
    place_id: UUID | None
    kind: str
    slot: str
    content: Content
    replaces: UUID | None
    made: Made
    standing: str


def slot_of(*, kind: str, entry_id: UUID, place_id: UUID | None, record_id: UUID | None) -> str:
    """The name of what an entry is about: incidents each stand alone, exercises by their record, the rest by person and kind."""
    if kind == SIGN_OFF:
        return SIGN_OFF
    if kind == INCIDENT:
        return f"{kind}:{entry_id}"
    if kind == EXERCISE:
        return f"{kind}:{place_id}:{record_id or entry_id}"
    return f"{kind}:{place_id}"


class RegisterLog:
    """Takes entries into a register in memory; `added` and `changed` are what is then to be stored."""

    def __init__(self, entries: Iterable[RegisterEntry]) -> None:
        self._entries = {entry.entry_id: entry for entry in entries}
        self._added: list[UUID] = []
        self._changed: dict[UUID, None] = {}
        self._current = {entry.slot: entry.entry_id for entry in self._entries.values() if entry.standing == CURRENT}

    @property
    def added(self) -> list[RegisterEntry]:
        """The entries that are new, in the order in which they came."""
        return [self._entries[entry_id] for entry_id in self._added]

    @property
    def changed(self) -> list[RegisterEntry]:
        """The entries that were there and stand otherwise now."""
        return [self._entries[entry_id] for entry_id in self._changed if entry_id not in self._added]

    @property
    def contested(self) -> list[RegisterEntry]:
        """What somebody has to decide about."""
        return [entry for entry in self._entries.values() if entry.standing == CONTESTED]

    def known(self, entry_id: UUID) -> bool:
        """Whether this entry was taken before."""
        return entry_id in self._entries

    def current(self, slot: str) -> RegisterEntry | None:
        """What stands in a slot."""
        entry_id = self._current.get(slot)
        return self._entries[entry_id] if entry_id else None

    def of_kind(self, kind: str) -> Mapping[UUID | None, RegisterEntry]:
        """What stands of one kind, by place."""
        standing = (self._entries[entry_id] for entry_id in self._current.values())
        return {entry.place_id: entry for entry in standing if entry.kind == kind}

    def take(self, entry: RegisterEntry) -> str:
        """Take an entry whose standing isn't decided yet, and say what became of it: accepted, already, agreed or contested.

        It stands if its maker saw what stands now, or nothing did. If another has come between that says the same, that one
        stays; if it says something else, the new one is contested until an entry whose maker saw the standing one decides.
        """
        if entry.entry_id in self._entries:
            return ALREADY
        current = self.current(entry.slot)
        seen = self._entries.get(entry.replaces) if entry.replaces else None
        if current is None or entry.kind == SIGN_OFF or (seen and seen.slot == entry.slot and seen.content == current.content):
            for other in (*self.contested, *([current] if current else [])):
                if other.slot == entry.slot:
                    self._stand(other, REPLACED)
            self._add(replace(entry, standing=CURRENT))
            return ACCEPTED
        if seen is not None and seen.standing == CONTESTED and seen.slot == entry.slot:
            self._stand(seen, REPLACED)
        if current.content == entry.content:
            self._add(replace(entry, standing=REPLACED))
            return AGREED
        self._add(replace(entry, standing=CONTESTED))
        return CONTESTED

    def _add(self, entry: RegisterEntry) -> None:
        self._entries[entry.entry_id] = entry
        self._added.append(entry.entry_id)
        if entry.standing == CURRENT:
            self._current[entry.slot] = entry.entry_id

    def _stand(self, entry: RegisterEntry, standing: str) -> None:
        self._entries[entry.entry_id] = replace(entry, standing=standing)
        self._changed[entry.entry_id] = None
