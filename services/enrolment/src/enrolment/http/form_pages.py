"""The form that a person fills in about themselves, a question a page, with or without JavaScript."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from http import HTTPStatus
from typing import Any

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from enrolment.domain.confirmations import TooManyCodesError
from enrolment.domain.form.draft import SENT, Draft
from enrolment.domain.form.fields import Problem, read
from enrolment.domain.form.steps import Step, first_unanswered, steps_of
from enrolment.domain.programmes import LANGUAGES, Programme
from enrolment.http.form_desk import FormDesk
from enrolment.http.form_requests import (
    COOKIE,
    LANGUAGE_COOKIE,
    START,
    entered_in,
    is_open,
    language_of,
    next_path,
    path_after,
    remember,
    to_start,
)
from enrolment.http.form_words import FormWords, check_lines, errors_of, page_of
from enrolment.http.limits import Limit, hold_back
from enrolment.use_cases.confirm_contact import Said
from enrolment.use_cases.receive_referral import LOCAL_TIME
from page_base.pages import FieldError, Pages


def form_router(
    *,
    desk: FormDesk,
    pages: Pages,
    words: FormWords,
    programmes: Mapping[str, Programme],
    now: Callable[[], datetime],
    limit: Callable[[str, float, int], Limit],
) -> APIRouter:
    """`/enrolment/self-referral` and below, `/enrolment/complete/{token}` and `/enrolment/confirm/{token}`; for anybody."""
    return _Form(desk=desk, pages=pages, words=words, programmes=programmes, now=now, limit=limit).router()


class _Form:
    """The pages and what they share."""

    def __init__(
        self,
        *,
        desk: FormDesk,
        pages: Pages,
        words: FormWords,
        programmes: Mapping[str, Programme],
        now: Callable[[], datetime],
        limit: Callable[[str, float, int], Limit],
    ) -> None:
        self._desk = desk
        self._pages = pages
        self._words = words
        self._programmes = programmes
        self._now = now
        # Answers come one at a time; beginnings and codes cost more.
        self._answers = limit("answers", 2, 60)
        self._beginnings = limit("beginnings", 1 / 60, 30)

    def router(self) -> APIRouter:
        """The routes; fixed names before the questions'."""
        routes = APIRouter(include_in_schema=False)
        for path, method, page in (
            ("/self-referral", "GET", self._start),
            ("/self-referral", "POST", self._begin),
            ("/self-referral/check", "GET", self._check),
            ("/self-referral/check", "POST", self._send),
            ("/self-referral/confirm", "GET", self._ask_code),
            ("/self-referral/confirm", "POST", self._take_code),
            ("/self-referral/confirm/again", "POST", self._send),
            ("/self-referral/done", "GET", self._done),
            ("/self-referral/delete", "POST", self._delete),
            ("/self-referral/{slug}", "GET", self._ask),
            ("/self-referral/{slug}", "POST", self._answer),
            ("/complete/{token}", "GET", self._nomination),
            ("/complete/{token}", "POST", self._begin_nomination),
            ("/confirm/{token}", "GET", self._link),
            ("/confirm/{token}", "POST", self._follow_link),
        ):
            routes.add_api_route(path, page, methods=[method], response_model=None)
        return routes

    async def _start(self, request: Request, programme: str = "") -> Response:
        chosen = self._programme(programme)
        draft = await self._draft(request)
        return self._render(
            request,
            "form_start.html",
            programme=chosen,
            resume=next_path(draft, self._steps(draft)) if is_open(draft) else None,
        )

    async def _begin(self, request: Request) -> Response:
        await hold_back(request, self._beginnings)
        form = await entered_in(request)
        programme = self._programme(next(iter(form.get("programme", ())), ""))
        token = await self._desk.begin(programme=programme.code, language=language_of(request))
        return self._begun(request, token)

    async def _nomination(self, request: Request, token: str) -> Response:
        nomination = await self._desk.nomination_of(token)
        if nomination is None:
            return self._gone(request, "nomination")
        spoken = nomination.nominee.language if nomination.nominee else None
        return self._render(
            request, "form_nomination.html", spoken=spoken, programme=self._programmes[nomination.programme], token=token
        )

    async def _begin_nomination(self, request: Request, token: str) -> Response:
        await hold_back(request, self._beginnings)
        begun = await self._desk.begin_nomination(token, language=language_of(request))
        if begun is None:
            return self._gone(request, "nomination")
        return self._begun(request, begun)

    async def _ask(self, request: Request, slug: str) -> Response:
        draft = await self._draft(request)
        if not is_open(draft):
            return to_start(draft)
        steps = self._steps(draft)
        step = next((each for each in steps if each.slug == slug), None)
        if step is None:
            return RedirectResponse(next_path(draft, steps), HTTPStatus.SEE_OTHER)
        return self._question(request, draft, step, steps)

    async def _answer(self, request: Request, slug: str) -> Response:
        await hold_back(request, self._answers)
        draft = await self._draft(request)
        if not is_open(draft):
            return to_start(draft)
        step = next((each for each in self._steps(draft) if each.slug == slug), None)
        if step is None or not step.goes_on:
            return RedirectResponse(f"{START}/{slug}", HTTPStatus.SEE_OTHER)
        entered = await entered_in(request)
        answers, problems = read(step.fields, entered, today=self._now().astimezone(LOCAL_TIME).date())
        poster = answers.get("poster_code")
        if isinstance(poster, str) and not await self._desk.knows_poster(poster):
            problems.append(Problem("poster_code", "poster_unknown"))
        if problems:
            return self._question(request, draft, step, self._steps(draft), entered=entered, problems=problems)
        names = [field.name for field in step.fields]
        after = await self._desk.answer(request.cookies[COOKIE], slug, answers, names)
        if not is_open(after):
            return to_start(after)
        steps = self._steps(after)
        if "change" in request.query_params:
            return RedirectResponse(next_path(after, steps), HTTPStatus.SEE_OTHER)
        return RedirectResponse(path_after(slug, after, steps), HTTPStatus.SEE_OTHER)

    async def _check(self, request: Request) -> Response:
        draft = await self._draft(request)
        if not is_open(draft):
            return to_start(draft)
        steps = self._steps(draft)
        if first_unanswered(steps, seen=draft.seen) is not None:
            return RedirectResponse(next_path(draft, steps), HTTPStatus.SEE_OTHER)
        return self._check_page(request, draft, steps)

    async def _send(self, request: Request) -> Response:
        await hold_back(request, self._beginnings)
        draft = await self._draft(request)
        if not is_open(draft):
            return to_start(draft)
        steps = self._steps(draft)
        if first_unanswered(steps, seen=draft.seen) is not None:
            return RedirectResponse(next_path(draft, steps), HTTPStatus.SEE_OTHER)
        try:
            after = await self._desk.send_code(request.cookies[COOKIE])
        except TooManyCodesError:
            return self._check_page(request, draft, steps, problem="too_many_codes")
        if not is_open(after):
            return to_start(after)
        return RedirectResponse(f"{START}/confirm", HTTPStatus.SEE_OTHER)

    async def _ask_code(self, request: Request) -> Response:
        draft = await self._draft(request)
        if not is_open(draft) or draft.confirmation_id is None:
            return to_start(draft)
        return self._render(request, "form_confirm.html", by_text=draft.answers.get("reach_by") == "sms", errors=[])

    async def _take_code(self, request: Request) -> Response:
        await hold_back(request, self._answers)
        draft = await self._draft(request)
        if not is_open(draft):
            return to_start(draft)
        code = "".join(next(iter((await entered_in(request)).get("code", ())), "").split())
        said = await self._desk.confirm(request.cookies[COOKIE], code) if code else None
        if said is Said.RIGHT:
            return RedirectResponse(f"{START}/done", HTTPStatus.SEE_OTHER)
        wrong = {None: "code_missing", Said.WRONG: "code_wrong", Said.TOO_OFTEN: "too_many_tries", Said.GONE: "too_many_tries"}
        problem = FieldError("code", self._words[language_of(request)]["problems"][wrong[said]])
        return self._render(
            request,
            "form_confirm.html",
            status_code=HTTPStatus.UNPROCESSABLE_ENTITY,
            by_text=draft.answers.get("reach_by") == "sms",
            errors=[problem],
        )

    async def _done(self, request: Request) -> Response:
        draft = await self._draft(request)
        if draft is None or draft.status != SENT:
            return to_start(draft)
        return self._done_page(request, draft)

    async def _delete(self, request: Request) -> Response:
        if COOKIE in request.cookies:
            await self._desk.forget(request.cookies[COOKIE])
        response = RedirectResponse(START, HTTPStatus.SEE_OTHER)
        response.delete_cookie(COOKIE, path="/enrolment", httponly=True, samesite="lax")
        return response

    async def _link(self, request: Request, token: str) -> Response:
        language = await self._desk.link_works(token)
        if language is None:
            return self._gone(request, "confirm")
        return self._render(request, "form_link.html", spoken=language, token=token)

    async def _follow_link(self, request: Request, token: str) -> Response:
        await hold_back(request, self._answers)
        language = await self._desk.link_works(token)
        confirmed = await self._desk.confirm_by_link(token)
        if confirmed is None:
            return self._gone(request, "confirm")
        if isinstance(confirmed, Draft):
            return self._done_page(request, confirmed, spoken=language)
        return self._render(request, "form_address.html", spoken=language)

    def _question(
        self,
        request: Request,
        draft: Draft,
        step: Step,
        steps: Sequence[Step],
        *,
        entered: Mapping[str, Sequence[str]] | None = None,
        problems: Sequence[Problem] = (),
    ) -> HTMLResponse:
        language = language_of(request)
        words = self._words[language]
        page = page_of(
            step,
            words=words,
            programme=self._programmes[draft.programme],
            language=language,
            answers=draft.answers,
            entered=entered if problems else None,
        )
        before = [each.slug for each in steps[: [each.slug for each in steps].index(step.slug)]]
        return self._render(
            request,
            "form_question.html",
            status_code=HTTPStatus.UNPROCESSABLE_ENTITY if problems else HTTPStatus.OK,
            page=page,
            errors=errors_of(problems, words=words),
            back=f"{START}/{before[-1]}" if before else START,
            change="change" in request.query_params,
        )

    def _check_page(self, request: Request, draft: Draft, steps: Sequence[Step], *, problem: str | None = None) -> HTMLResponse:
        language = language_of(request)
        words, programme = self._words[language], self._programmes[draft.programme]
        lines = check_lines(steps, words=words, programme=programme, language=language, answers=draft.answers)
        return self._render(
            request,
            "form_check.html",
            status_code=HTTPStatus.TOO_MANY_REQUESTS if problem else HTTPStatus.OK,
            lines=lines,
            needs_code=draft.needs_code,
            back=f"{START}/{steps[-1].slug}",
            errors=[FieldError("send", words["problems"][problem])] if problem else [],
        )

    def _done_page(self, request: Request, draft: Draft, *, spoken: str | None = None) -> HTMLResponse:
        return self._render(
            request, "form_done.html", spoken=spoken, verdict=draft.verdict, programme=self._programmes[draft.programme]
        )

    def _gone(self, request: Request, what: str) -> HTMLResponse:
        return self._render(request, "form_gone.html", status_code=HTTPStatus.GONE, what=what)

    def _render(
        self,
        request: Request,
        template: str,
        *,
        status_code: int = HTTPStatus.OK,
        spoken: str | None = None,
        **context: Any,
    ) -> HTMLResponse:
        language = language_of(request, spoken)
        response = self._pages.render(
            request,
            template,
            status_code=status_code,
            lang=language,
            words=self._words[language],
            other_language=next(each for each in LANGUAGES if each != language),
            **context,
        )
        if "lang" in request.query_params:
            remember(request, response, LANGUAGE_COOKIE, language)
        return response

    def _begun(self, request: Request, token: str) -> Response:
        response = RedirectResponse(f"{START}/name", HTTPStatus.SEE_OTHER)
        remember(request, response, COOKIE, token)
        return response

    async def _draft(self, request: Request) -> Draft | None:
        token = request.cookies.get(COOKIE)
        return None if token is None else await self._desk.draft(token)

    def _steps(self, draft: Draft | None) -> Sequence[Step]:
        if draft is None:
            return ()
        return steps_of(kind=draft.kind, programme=self._programmes[draft.programme], answers=draft.answers)

    def _programme(self, code: str) -> Programme:
        opened = [each for each in self._programmes.values() if each.open_to_self_referral]
        chosen = next((each for each in opened if each.code == code), None) if code else next(iter(opened), None)
        if chosen is None:
            raise HTTPException(HTTPStatus.NOT_FOUND, "There is no such programme to refer yourself to.")
        return chosen
