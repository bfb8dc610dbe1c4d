"""A person is asked to answer a questionnaire, once, while it is open."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from notifications.domain.message import Kind, Reason
from notifications.use_cases.book import Book, Planned
from notifications.use_cases.desk import Desk
from service_kit.results import Done

DUE = "due"
NO_LONGER_ASKED = frozenset({"completed", "missed", "cancelled"})


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionnaireState:
    """A questionnaire as outcomes tells it; `token` opens it and is there while it is due."""

    questionnaire_id: UUID
    sequence: int
    participant_id: UUID
    status: str
    due_at: datetime
    closes_at: datetime
    token: str | None


async def plan_message_about_questionnaire(
    *, questionnaires: Sequence[QuestionnaireState], now: datetime, new_id: Callable[[], UUID], desk: Desk
) -> Planned:
    """Plan the message of each questionnaire that is due, follow its dates, and drop it when it is no longer asked for."""
    versions = dict(await desk.heard.versions("questionnaire", {state.questionnaire_id for state in questionnaires}))
    again = {str(state.questionnaire_id) for state in questionnaires if state.questionnaire_id in versions}
    book = Book(await desk.messages.about(Kind.QUESTIONNAIRE_DUE, again) if again else (), new_id=new_id, now=now)
    newest: dict[UUID, int] = {}
    for book.command, state in enumerate(questionnaires):
        if state.sequence <= versions.get(state.questionnaire_id, 0):
            continue
        versions[state.questionnaire_id] = newest[state.questionnaire_id] = state.sequence
        _plan(book=book, state=state)
    await desk.heard.keep("questionnaire", newest)
    return Planned(tuple(Done() for _ in questionnaires), await book.store(desk.messages))


def _plan(*, book: Book, state: QuestionnaireState) -> None:
    about_id = str(state.questionnaire_id)
    known = book.about(Kind.QUESTIONNAIRE_DUE, about_id)
    if known is not None and known.participant_id != state.participant_id:
        book.move(known, state.participant_id)
        known = book.about(Kind.QUESTIONNAIRE_DUE, about_id)
    if state.status == DUE and known is None:
        book.plan(
            participant_id=state.participant_id,
            kind=Kind.QUESTIONNAIRE_DUE,
            about_id=about_id,
            due_at=state.due_at,
            useful_until=state.closes_at,
            facts={"token": state.token},
        )
    elif known is None or not known.is_open:
        return
    elif state.status == DUE and state.closes_at != known.useful_until:
        book.replan(known, due_at=state.due_at, useful_until=state.closes_at)
    elif state.status in NO_LONGER_ASKED:
        book.drop(known, Reason.NO_LONGER_ASKED)
