"""The participant's own questionnaire: a link with a token instead of a sign-in, one person and one time point."""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from http import HTTPStatus

from fastapi import APIRouter, Request
from fastapi.datastructures import FormData
from fastapi.responses import RedirectResponse, Response

from outcomes.domain.assessment import Given
from outcomes.domain.instruments.instrument import WrongAnswersError
from outcomes.domain.interests import INTERESTS
from outcomes.domain.questionnaire import NotOpenError, Questionnaire, at, takes_answers
from outcomes.http.languages import ENGLISH, Language
from outcomes.http.reading import Desk
from outcomes.http.steps import ANYTHING_ELSE, CHECK, LONGEST_COMMENT, WHAT_NEXT, Asking, asking_of, read_answer
from outcomes.use_cases.record_answers import BY_PARTICIPANT
from outcomes.use_cases.save_draft import Draft
from page_base.pages import FieldError, Pages

TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
STATUS_CODES = {
    None: HTTPStatus.NOT_FOUND,
    "completed": HTTPStatus.OK,
    "late": HTTPStatus.OK,
    "planned": HTTPStatus.OK,
}


def router(*, pages: Pages, desk: Desk, languages: Mapping[str, Language], now: Callable[[], datetime]) -> APIRouter:
    """`/outcomes/q/{token}` and its steps: without JavaScript and without a sign-in, saved as it goes."""
    routes = APIRouter(include_in_schema=False)
    own = OwnPages(pages=pages, desk=desk, languages=languages, now=now)
    routes.add_api_route("/q/{token}", own.start, methods=["GET"])
    routes.add_api_route("/q/{token}", own.send, methods=["POST"])
    routes.add_api_route(f"/q/{{token}}/{WHAT_NEXT}", own.what_next, methods=["GET"])
    routes.add_api_route(f"/q/{{token}}/{WHAT_NEXT}", own.keep_interests, methods=["POST"])
    routes.add_api_route(f"/q/{{token}}/{ANYTHING_ELSE}", own.anything_else, methods=["GET"])
    routes.add_api_route(f"/q/{{token}}/{ANYTHING_ELSE}", own.keep_comment, methods=["POST"])
    routes.add_api_route(f"/q/{{token}}/{CHECK}", own.check, methods=["GET"])
    routes.add_api_route("/q/{token}/{number:int}", own.question, methods=["GET"])
    routes.add_api_route("/q/{token}/{number:int}", own.keep_answer, methods=["POST"])
    return routes


class OwnPages:
    """The steps of a questionnaire as pages; each is for whoever has the link."""

    def __init__(self, *, pages: Pages, desk: Desk, languages: Mapping[str, Language], now: Callable[[], datetime]) -> None:
        self._pages = pages
        self._desk = desk
        self._languages = languages
        self._now = now

    async def start(self, request: Request, token: str) -> Response:
        """What is asked and why, and where to begin or go on."""
        asking = await self._found_by(request, token)
        if isinstance(asking, Response):
            return asking
        is_late = at(asking.questionnaire, now=self._now()).status == "missed"
        return self._render(request, "own_start.html", asking, is_late=is_late)

    async def question(self, request: Request, token: str, number: int) -> Response:
        """One question."""
        asking = await self._found_by(request, token)
        if isinstance(asking, Response):
            return asking
        if asking.field(number) is None:
            return _to(asking.address())
        return self._render(request, "own_question.html", asking, step=number, number=number)

    async def keep_answer(self, request: Request, token: str, number: int) -> Response:
        """Save the answer to one question, and go on to the next."""
        asking = await self._found_by(request, token)
        if isinstance(asking, Response):
            return asking
        field = asking.field(number)
        if field is None:
            return _to(asking.address())
        form = await form_of(request)
        answer, wrong = read_answer(field, form, language=asking.language)
        if wrong is not None:
            said = {"wrong": [wrong], "entered": form.get(field.name, "")}
            return self._render(request, "own_question.html", asking, step=number, number=number, **said)
        goes_to = asking.address(CHECK) if request.query_params.get("from") == CHECK else asking.after(number)
        return await self._saved(request, token, asking, Draft(answers={field.name: answer}), goes_to=goes_to)

    async def what_next(self, request: Request, token: str) -> Response:
        """What the person would like to do next, at the end of the programme."""
        asking = await self._found_by(request, token)
        if isinstance(asking, Response):
            return asking
        if not asking.asks_what_next:
            return _to(asking.address(ANYTHING_ELSE))
        return self._render(request, "own_what_next.html", asking, step=WHAT_NEXT)

    async def keep_interests(self, request: Request, token: str) -> Response:
        """Save what they would like to do next; nothing ticked is an answer too."""
        asking = await self._found_by(request, token)
        if isinstance(asking, Response):
            return asking
        draft = Draft(interests=interests_of(await request.form()))
        goes_to = asking.address(CHECK if request.query_params.get("from") == CHECK else ANYTHING_ELSE)
        return await self._saved(request, token, asking, draft, goes_to=goes_to)

    async def anything_else(self, request: Request, token: str) -> Response:
        """Room for what no question asks."""
        asking = await self._found_by(request, token)
        return asking if isinstance(asking, Response) else self._render(request, "own_comment.html", asking, step=ANYTHING_ELSE)

    async def keep_comment(self, request: Request, token: str) -> Response:
        """Save what was written freely."""
        asking = await self._found_by(request, token)
        if isinstance(asking, Response):
            return asking
        comment = (await form_of(request)).get("comment", "").replace("\r\n", "\n").replace("\0", "").strip()
        if len(comment) > LONGEST_COMMENT:
            wrong = FieldError("comment", asking.language.say("too_long", most=f"{LONGEST_COMMENT:,}"))
            said = {"wrong": [wrong], "entered": comment}
            return self._render(request, "own_comment.html", asking, step=ANYTHING_ELSE, **said)
        return await self._saved(request, token, asking, Draft(comment=comment), goes_to=asking.address(CHECK))

    async def check(self, request: Request, token: str) -> Response:
        """Every answer, to be changed or sent."""
        asking = await self._found_by(request, token)
        return asking if isinstance(asking, Response) else self._render(request, "own_check.html", asking, step=CHECK)

    async def send(self, request: Request, token: str) -> Response:
        """Score what was saved; from then on the link takes no answers."""
        asking = await self._found_by(request, token)
        if isinstance(asking, Response):
            return asking
        given = Given(
            answers=asking.draft.by_instrument(),
            entered_by=BY_PARTICIPANT,
            comment=asking.draft.comment or None,
            interests=asking.draft.interests,
        )
        try:
            await self._desk.answer(asking.questionnaire, given)
        except NotOpenError:
            return await self._no_longer(request, token)
        except WrongAnswersError:
            wrong = FieldError("answer-1", asking.language.say("at_least_one"))
            return self._render(request, "own_check.html", asking, step=CHECK, wrong=[wrong])
        return _to(asking.address())

    async def _saved(self, request: Request, token: str, asking: Asking, draft: Draft, *, goes_to: str) -> Response:
        try:
            await self._desk.save(asking.questionnaire.questionnaire_id, draft)
        except NotOpenError:
            return await self._no_longer(request, token)
        return _to(goes_to)

    async def _found_by(self, request: Request, token: str) -> Asking | Response:
        """The questionnaire that a token opens with what was answered so far, or the page that says why there is none."""
        asked_for = request.query_params.get("lang", "")
        usual = self._languages.get(asked_for, self._languages[ENGLISH])
        if TOKEN.fullmatch(token) is None:
            return self._closed(request, None, usual)
        async with self._desk.reading() as reads:
            found = await reads.by_token(token)
            if found is None or found.link_revoked_at is not None:
                return self._closed(request, None, usual)
            if asked_for not in self._languages:
                usual = self._languages.get(await reads.language_of(found.enrolment_id), usual)
            if not takes_answers(found, now=self._now()):
                return self._closed(request, at(found, now=self._now()), usual)
            draft = await reads.draft(found.questionnaire_id)
        return asking_of(found, language=usual, draft=draft)

    async def _no_longer(self, request: Request, token: str) -> Response:
        """It was sent or closed between the page and the answer."""
        again = await self._found_by(request, token)
        return again if isinstance(again, Response) else _to(again.address())

    def _render(self, request: Request, template: str, asking: Asking, **more: object) -> Response:
        return self._pages.render(
            request,
            template,
            status_code=HTTPStatus.UNPROCESSABLE_ENTITY if more.get("wrong") else HTTPStatus.OK,
            asking=asking,
            questionnaire=asking.questionnaire,
            language=asking.language,
            lang=asking.language.code,
            **{"wrong": [], "entered": None, "step": "", **more},
        )

    def _closed(self, request: Request, questionnaire: Questionnaire | None, language: Language) -> Response:
        state = None if questionnaire is None else questionnaire.status
        return self._pages.render(
            request,
            "questionnaire_closed.html",
            status_code=STATUS_CODES.get(state, HTTPStatus.GONE),
            state=state,
            questionnaire=questionnaire,
            language=language,
            lang=language.code,
            wrong=[],
        )


def _to(address: str) -> Response:
    return RedirectResponse(address, status_code=HTTPStatus.SEE_OTHER)


def interests_of(form: FormData) -> tuple[str, ...]:
    """The interests that are ticked in a form, those that are known."""
    ticked = set(form.getlist("interest"))
    return tuple(one for one in INTERESTS if one in ticked)


async def form_of(request: Request) -> dict[str, str]:
    """The text fields of a form."""
    return {name: value for name, value in (await request.form()).items() if isinstance(value, str)}
