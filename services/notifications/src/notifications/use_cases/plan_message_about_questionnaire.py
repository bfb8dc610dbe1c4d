"""A person is asked to answer a questionnaire, once, while it is open, and reminded as often as outcomes says."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from notifications.domain.message import Kind, Message, Reason
from notifications.use_cases.book import Book, Planned
from notifications.use_cases.desk import Desk
from service_kit.results import Done

DUE = "due"
NO_LONGER_ASKED = frozenset({"completed", "late", "missed", "cancelled"})
MOST_REMINDERS = 2
_FOLLOW_UP = re.compile(r"followup_(\d{1,2})m")


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionnaireState:
    """A questionnaire as outcomes tells it; `token` opens it and is there while it is due; `reminders` were asked for so far.

    A time point like `followup_6m` is that many months after the programme.
    """

    questionnaire_id: UUID
    sequence: int
    participant_id: UUID
    status: str
    due_at: datetime
    closes_at: datetime
    token: str | None
    reminders: int = 0
    time_point: str = "baseline"
    enrolment_id: UUID | None = None

    @property
    def months_after(self) -> int | None:
        """How many months after the programme it is asked for; None where it belongs to the programme itself."""
        found = _FOLLOW_UP.fullmatch(self.time_point)
        return int(found[1]) if found else None


async def plan_message_about_questionnaire(
    *, questionnaires: Sequence[QuestionnaireState], now: datetime, new_id: Callable[[], UUID], desk: Desk
) -> Planned:
    """Plan the message of each questionnaire that is due, follow its dates, and drop it when it is no longer asked for."""
    versions = dict(await desk.heard.versions("questionnaire", {state.questionnaire_id for state in questionnaires}))
    again = {state.questionnaire_id for state in questionnaires if state.questionnaire_id in versions}
    book = Book(await _told_before(again, desk=desk), new_id=new_id, now=now)
    newest: dict[UUID, int] = {}
    for book.command, state in enumerate(questionnaires):
        if state.sequence <= versions.get(state.questionnaire_id, 0):
            continue
        versions[state.questionnaire_id] = newest[state.questionnaire_id] = state.sequence
        _plan(book=book, state=state, now=now)
    await desk.heard.keep("questionnaire", newest)
    return Planned(tuple(Done() for _ in questionnaires), await book.store(desk.messages))


async def _told_before(questionnaire_ids: set[UUID], *, desk: Desk) -> Sequence[Message]:
    if not questionnaire_ids:
        return ()
    about = {str(one) for one in questionnaire_ids}
    reminders = {_reminder(one, number) for one in questionnaire_ids for number in range(1, MOST_REMINDERS + 1)}
    return [
        *await desk.messages.about(Kind.QUESTIONNAIRE_DUE, about),
        *await desk.messages.about(Kind.FOLLOW_UP, about),
        *await desk.messages.about(Kind.QUESTIONNAIRE_REMINDER, reminders),
    ]


def _places(state: QuestionnaireState) -> tuple[tuple[Kind, str], ...]:
    """Under what the messages of one questionnaire are kept: the one that asks, and at most two reminders."""
    asks = Kind.QUESTIONNAIRE_DUE if state.months_after is None else Kind.FOLLOW_UP
    reminders = (_reminder(state.questionnaire_id, number) for number in range(1, MOST_REMINDERS + 1))
    return ((asks, str(state.questionnaire_id)), *((Kind.QUESTIONNAIRE_REMINDER, about_id) for about_id in reminders))


def _reminder(questionnaire_id: UUID, number: int) -> str:
    return f"{questionnaire_id}:{number}"


def _plan(*, book: Book, state: QuestionnaireState, now: datetime) -> None:
    known: dict[tuple[Kind, str], Message] = {}
    for place in _places(state):
        message = book.about(*place)
        if message is not None and message.participant_id != state.participant_id:
            book.move(message, state.participant_id)
            message = book.about(*place)
        if message is not None:
            known[place] = message
    for message in known.values():
        if message.is_open and state.status in NO_LONGER_ASKED:
            book.drop(message, Reason.NO_LONGER_ASKED)
        elif message.is_open and state.status == DUE and state.closes_at != message.useful_until:
            book.replan(message, due_at=message.due_at, useful_until=state.closes_at)
    kind, about_id = _places(state)[min(state.reminders, MOST_REMINDERS)]
    if state.status == DUE and (kind, about_id) not in known:
        book.plan(
            participant_id=state.participant_id,
            kind=kind,
            about_id=about_id,
            due_at=now if state.reminders else state.due_at,
            useful_until=state.closes_at,
            facts={
                "token": state.token,
                **({} if state.months_after is None else {"months": state.months_after}),
                **({} if state.enrolment_id is None else {"enrolment_id": str(state.enrolment_id)}),
            },
        )
