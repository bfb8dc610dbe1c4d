"""The messages of the people that a group of events is about, while the group is decided event by event."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from notifications.domain.message import ENDED, Kind, Message, Reason
from notifications.use_cases.desk import Messages
from service_kit.results import Result


@dataclass(frozen=True, slots=True)
class Ended:
    """A message that reached the end of its life, and the position of the command that brought it there."""

    message: Message
    because: int


@dataclass(frozen=True, slots=True)
class Planned:
    """What became of a group of commands: a result for each, in order, and the messages that ended."""

    results: tuple[Result, ...]
    ended: tuple[Ended, ...] = ()


class Book:
    """Plans and changes messages in memory; `store` writes it all at once. `command` is the position of the command at work."""

    def __init__(self, existing: Iterable[Message], *, new_id: Callable[[], UUID], now: datetime) -> None:
        self.command = 0
        self._new_id = new_id
        self._now = now
        self._of: dict[UUID, dict[tuple[Kind, str], Message]] = {}
        self._added: dict[UUID, Message] = {}
        self._changed: dict[UUID, Message] = {}
        self._ended: dict[UUID, Ended] = {}
        self._before: dict[UUID, Message] = {}
        for message in existing:
            self._before[message.id] = message
            self._of.setdefault(message.participant_id, {})[message.kind, message.about_id] = message

    def of(self, participant_id: UUID) -> list[Message]:
        """The messages of a person, as they are after the commands so far."""
        return list(self._of.get(participant_id, {}).values())

    def plan(  # noqa: PLR0913 - what a message is
        self,
        *,
        participant_id: UUID,
        kind: Kind,
        about_id: str,
        due_at: datetime,
        useful_until: datetime,
        place_id: UUID | None = None,
        cohort_id: UUID | None = None,
        session_id: UUID | None = None,
        facts: dict[str, object] | None = None,
    ) -> None:
        """Plan a message, unless there is one of this kind about this already."""
        messages = self._of.setdefault(participant_id, {})
        if (kind, about_id) in messages:
            return
        message = Message(
            id=self._new_id(),
            participant_id=participant_id,
            kind=kind,
            about_id=about_id,
            place_id=place_id,
            cohort_id=cohort_id,
            session_id=session_id,
            facts=facts or {},
            due_at=due_at,
            useful_until=useful_until,
            planned_at=self._now,
            changed_at=self._now,
        )
        messages[kind, about_id] = message
        self._added[message.id] = message

    def replan(self, message: Message, *, due_at: datetime, useful_until: datetime) -> None:
        """Plan an open or dropped message for other times."""
        self._keep(message.replan(due_at=due_at, useful_until=useful_until, now=self._now))

    def drop(self, message: Message, reason: Reason) -> None:
        """Give up an open message."""
        self._keep(message.drop(reason=reason, now=self._now))

    def about(self, kind: Kind, about_id: str) -> Message | None:
        """The message of one kind about one thing, whoever has it."""
        return next((found for messages in self._of.values() if (found := messages.get((kind, about_id))) is not None), None)

    def move(self, message: Message, participant_id: UUID) -> None:
        """Give a message to another person. Where they have one of its kind about the same, that one stays alone."""
        if (message.kind, message.about_id) in self._of.setdefault(participant_id, {}):
            if message.is_open:
                self.drop(message, Reason.REPLACED)
            return
        del self._of[message.participant_id][message.kind, message.about_id]
        self._keep(message.given_to(participant_id))

    def empty(self, message: Message) -> None:
        """Forget what the words of a message were made from."""
        self._keep(message.emptied())

    async def store(self, messages: Messages) -> tuple[Ended, ...]:
        """Write what was planned and changed, and return what ended."""
        await messages.add(list(self._added.values()))
        await messages.change(list(self._changed.values()))
        return tuple(self._ended.values())

    def _keep(self, message: Message) -> None:
        self._of.setdefault(message.participant_id, {})[message.kind, message.about_id] = message
        (self._added if message.id in self._added else self._changed)[message.id] = message
        before = self._before.get(message.id)
        if message.status in ENDED and (before is None or before.status is not message.status):
            self._ended[message.id] = Ended(message, self.command)
        else:
            self._ended.pop(message.id, None)
