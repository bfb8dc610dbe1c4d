"""The participant's own questionnaire: a link with a token instead of a sign-in, one person and one time point."""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from http import HTTPStatus

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from outcomes.domain.questionnaire import NotOpenError, Questionnaire, at, takes_answers
from outcomes.http.form import Entered, read_entered, sections_of
from outcomes.http.reading import Answer, Reading
from outcomes.http.wording import Wording
from outcomes.use_cases.record_answers import BY_PARTICIPANT
from page_base.pages import FieldError, Pages

TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
STATUS_CODES = {None: HTTPStatus.NOT_FOUND, "completed": HTTPStatus.OK, "planned": HTTPStatus.OK}


def router(*, pages: Pages, reading: Reading, answer: Answer, wording: Wording, now: Callable[[], datetime]) -> APIRouter:
    """`GET|POST /outcomes/q/{token}`: works without JavaScript and without a sign-in."""
    routes = APIRouter(include_in_schema=False)

    @routes.get("/q/{token}")
    async def show(request: Request, token: str) -> Response:
        questionnaire = await found_by(token, reading=reading, now=now)
        if questionnaire is None or not takes_answers(questionnaire, now=now()):
            return closed_page(request, questionnaire, pages=pages)
        sections = sections_of(questionnaire.instruments, wording=wording, for_staff=False)
        return pages.render(request, "questionnaire.html", questionnaire=questionnaire, sections=sections, entered={}, errors=[])

    @routes.post("/q/{token}")
    async def send(request: Request, token: str) -> Response:
        questionnaire = await found_by(token, reading=reading, now=now)
        if questionnaire is None or not takes_answers(questionnaire, now=now()):
            return closed_page(request, questionnaire, pages=pages)
        form = {name: value for name, value in (await request.form()).items() if isinstance(value, str)}
        sections = sections_of(questionnaire.instruments, wording=wording, for_staff=False)
        entered = read_entered(sections, form)
        if errors := to_put_right(entered, form):
            return pages.render(
                request,
                "questionnaire.html",
                status_code=HTTPStatus.UNPROCESSABLE_ENTITY,
                questionnaire=questionnaire,
                sections=sections,
                entered=form,
                errors=errors,
                may_leave_out=not entered.errors,
            )
        try:
            await answer(questionnaire, entered.answers, entered_by=BY_PARTICIPANT)
        except NotOpenError:
            return closed_page(request, await found_by(token, reading=reading, now=now), pages=pages)
        return RedirectResponse(request.url.path, status_code=HTTPStatus.SEE_OTHER)

    return routes


async def found_by(token: str, *, reading: Reading, now: Callable[[], datetime]) -> Questionnaire | None:
    """The questionnaire that a token opens, in the state that it is in by now."""
    if TOKEN.fullmatch(token) is None:
        return None
    async with reading() as reads:
        found = await reads.by_token(token)
    return None if found is None else at(found, now=now())


def to_put_right(entered: Entered, form: Mapping[str, str]) -> list[FieldError]:
    """What is wrong with the form; questions left out count until the person has said that they mean to."""
    if entered.errors or form.get("leave_out") == "yes":
        return list(entered.errors)
    return [FieldError(field.id, f"Not answered: {field.question}") for field in entered.unanswered]


def closed_page(request: Request, questionnaire: Questionnaire | None, *, pages: Pages) -> Response:
    """Why there is nothing to answer, in plain words."""
    state = None if questionnaire is None else questionnaire.status
    status_code = STATUS_CODES.get(state, HTTPStatus.GONE)
    return pages.render(request, "questionnaire_closed.html", status_code=status_code, state=state, questionnaire=questionnaire)
