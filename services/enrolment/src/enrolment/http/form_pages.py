"""The form that a person fills in about themselves, a question a page, with or without JavaScript."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from http import HTTPStatus
from time import monotonic
from typing import Any, Protocol, TypeGuard

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from enrolment.domain.confirmations import Confirmation, TooManyCodesError
from enrolment.domain.form.draft import SENT, Draft
from enrolment.domain.form.fields import Answer, Problem, read
from enrolment.domain.form.steps import Step, first_unanswered, steps_of
from enrolment.domain.nominations import Nomination
from enrolment.domain.programmes import LANGUAGES, Programme
from enrolment.http.form_words import FormWords, check_lines, errors_of, page_of
from enrolment.use_cases.confirm_contact import Said
from enrolment.use_cases.receive_referral import LOCAL_TIME
from page_base.pages import FieldError, Pages
from service_kit.rate_limit import RateLimit

START = "/enrolment/self-referral"
COOKIE, LANGUAGE_COOKIE = "limber_form", "limber_language"
COOKIE_SECONDS = 24 * 60 * 60
MOST_BYTES = 20_000


class FormDesk(Protocol):
    """What the pages need done."""

    async def begin(self, *, programme: str, language: str) -> str:
        """Begin a self-referral; return the token of its cookie."""

    async def nomination_of(self, token: str) -> Nomination | None:
        """Return the nomination that a link opens, if it still does."""

    async def begin_nomination(self, token: str, *, language: str) -> str | None:
        """Begin to complete a nomination; None if its link no longer opens."""

    async def draft(self, token: str) -> Draft | None:
        """Return the draft of a cookie's token, unless its time is over."""

    async def answer(self, token: str, slug: str, answers: Mapping[str, Answer], names: Sequence[str]) -> Draft | None:
        """Keep the answers of one page."""

    async def forget(self, token: str) -> None:
        """Delete the draft with all its answers."""

    async def knows_poster(self, code: str) -> bool:
        """Return whether there is such a poster."""

    async def send_code(self, token: str) -> Draft | None:
        """Send a code; where the address is proven already, send the form. TooManyCodesError."""

    async def confirm(self, token: str, code: str) -> Said:
        """Hold a code against the one that was sent."""

    async def link_works(self, token: str) -> str | None:
        """Return the language of whoever a link asks to confirm, or None if it no longer works."""

    async def confirm_by_link(self, token: str) -> Draft | Confirmation | None:
        """Confirm by the link that was sent; return the form or the new address that was confirmed."""


def form_router(
    *, desk: FormDesk, pages: Pages, words: FormWords, programmes: Mapping[str, Programme], now: Callable[[], datetime]
) -> APIRouter:
    """`/enrolment/self-referral` and below, `/enrolment/complete/{token}` and `/enrolment/confirm/{token}`; for anybody."""
    return _Form(desk=desk, pages=pages, words=words, programmes=programmes, now=now).router()


class _Form:
    """The pages and what they share."""

    def __init__(
        self, *, desk: FormDesk, pages: Pages, words: FormWords, programmes: Mapping[str, Programme], now: Callable[[], datetime]
    ) -> None:
        self._desk = desk
        self._pages = pages
        self._words = words
        self._programmes = programmes
        self._now = now
        # Answers come one at a time; beginnings and codes cost more.
        self._answers = RateLimit(per_second=2, burst=60)
        self._beginnings = RateLimit(per_second=1 / 60, burst=30)

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
            resume=_next_path(draft, self._steps(draft)) if _is_open(draft) else None,
        )

    async def _begin(self, request: Request) -> Response:
        self._hold_back(request, self._beginnings)
        form = await _entered(request)
        programme = self._programme(next(iter(form.get("programme", ())), ""))
        token = await self._desk.begin(programme=programme.code, language=_language(request))
        return self._remember(request, RedirectResponse(f"{START}/name", HTTPStatus.SEE_OTHER), token)

    async def _nomination(self, request: Request, token: str) -> Response:
        nomination = await self._desk.nomination_of(token)
        if nomination is None:
            return self._gone(request, "nomination")
        spoken = nomination.nominee.language if nomination.nominee else None
        return self._render(
            request, "form_nomination.html", spoken=spoken, programme=self._programmes[nomination.programme], token=token
        )

    async def _begin_nomination(self, request: Request, token: str) -> Response:
        self._hold_back(request, self._beginnings)
        begun = await self._desk.begin_nomination(token, language=_language(request))
        if begun is None:
            return self._gone(request, "nomination")
        return self._remember(request, RedirectResponse(f"{START}/name", HTTPStatus.SEE_OTHER), begun)

    async def _ask(self, request: Request, slug: str) -> Response:
        draft = await self._draft(request)
        if not _is_open(draft):
            return _to_start(draft)
        steps = self._steps(draft)
        step = next((each for each in steps if each.slug == slug), None)
        if step is None:
            return RedirectResponse(_next_path(draft, steps), HTTPStatus.SEE_OTHER)
        return self._question(request, draft, step, steps)

    async def _answer(self, request: Request, slug: str) -> Response:
        self._hold_back(request, self._answers)
        draft = await self._draft(request)
        if not _is_open(draft):
            return _to_start(draft)
        step = next((each for each in self._steps(draft) if each.slug == slug), None)
        if step is None or not step.goes_on:
            return RedirectResponse(f"{START}/{slug}", HTTPStatus.SEE_OTHER)
        entered = await _entered(request)
        answers, problems = read(step.fields, entered, today=self._now().astimezone(LOCAL_TIME).date())
        poster = answers.get("poster_code")
        if isinstance(poster, str) and not await self._desk.knows_poster(poster):
            problems.append(Problem("poster_code", "poster_unknown"))
        if problems:
            return self._question(request, draft, step, self._steps(draft), entered=entered, problems=problems)
        names = [field.name for field in step.fields]
        after = await self._desk.answer(request.cookies[COOKIE], slug, answers, names)
        if not _is_open(after):
            return _to_start(after)
        steps = self._steps(after)
        if "change" in request.query_params:
            return RedirectResponse(_next_path(after, steps), HTTPStatus.SEE_OTHER)
        return RedirectResponse(_path_after(slug, after, steps), HTTPStatus.SEE_OTHER)

    async def _check(self, request: Request) -> Response:
        draft = await self._draft(request)
        if not _is_open(draft):
            return _to_start(draft)
        steps = self._steps(draft)
        if first_unanswered(steps, seen=draft.seen) is not None:
            return RedirectResponse(_next_path(draft, steps), HTTPStatus.SEE_OTHER)
        return self._check_page(request, draft, steps)

    async def _send(self, request: Request) -> Response:
        self._hold_back(request, self._beginnings)
        draft = await self._draft(request)
        if not _is_open(draft):
            return _to_start(draft)
        steps = self._steps(draft)
        if first_unanswered(steps, seen=draft.seen) is not None:
            return RedirectResponse(_next_path(draft, steps), HTTPStatus.SEE_OTHER)
        try:
            after = await self._desk.send_code(request.cookies[COOKIE])
        except TooManyCodesError:
            return self._check_page(request, draft, steps, problem="too_many_codes")
        if not _is_open(after):
            return _to_start(after)
        return RedirectResponse(f"{START}/confirm", HTTPStatus.SEE_OTHER)

    async def _ask_code(self, request: Request) -> Response:
        draft = await self._draft(request)
        if not _is_open(draft) or draft.confirmation_id is None:
            return _to_start(draft)
        return self._render(request, "form_confirm.html", by_text=draft.answers.get("reach_by") == "sms", errors=[])

    async def _take_code(self, request: Request) -> Response:
        self._hold_back(request, self._answers)
        draft = await self._draft(request)
        if not _is_open(draft):
            return _to_start(draft)
        code = "".join(next(iter((await _entered(request)).get("code", ())), "").split())
        said = await self._desk.confirm(request.cookies[COOKIE], code) if code else None
        if said is Said.RIGHT:
            return RedirectResponse(f"{START}/done", HTTPStatus.SEE_OTHER)
        wrong = {None: "code_missing", Said.WRONG: "code_wrong", Said.TOO_OFTEN: "too_many_tries", Said.GONE: "too_many_tries"}
        problem = FieldError("code", self._words[_language(request)]["problems"][wrong[said]])
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
            return _to_start(draft)
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
        self._hold_back(request, self._answers)
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
        language = _language(request)
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
        language = _language(request)
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
        language = _language(request, spoken)
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
            response.set_cookie(
                LANGUAGE_COOKIE,
                language,
                max_age=COOKIE_SECONDS,
                path="/enrolment",
                secure=request.url.scheme == "https",
                httponly=True,
                samesite="lax",
            )
        return response

    def _remember(self, request: Request, response: Response, token: str) -> Response:
        response.set_cookie(
            COOKIE,
            token,
            max_age=COOKIE_SECONDS,
            path="/enrolment",
            secure=request.url.scheme == "https",
            httponly=True,
            samesite="lax",
        )
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

    def _hold_back(self, request: Request, limit: RateLimit) -> None:
        client = request.client.host if request.client else "unknown"
        wait = limit.seconds_to_wait(client, now=monotonic())
        if wait > 0:
            sentence = "Too many answers came from your network at once. Wait a minute and try again."
            raise HTTPException(HTTPStatus.TOO_MANY_REQUESTS, sentence, {"Retry-After": str(int(wait) + 1)})


def _is_open(draft: Draft | None) -> TypeGuard[Draft]:
    return draft is not None and draft.status != SENT


def _to_start(draft: Draft | None) -> Response:
    path = f"{START}/done" if draft is not None and draft.status == SENT else START
    return RedirectResponse(path, HTTPStatus.SEE_OTHER)


def _next_path(draft: Draft, steps: Sequence[Step]) -> str:
    step = first_unanswered(steps, seen=draft.seen)
    return f"{START}/{step.slug}" if step else f"{START}/check"


def _path_after(slug: str, draft: Draft, steps: Sequence[Step]) -> str:
    slugs = [step.slug for step in steps]
    after = slugs[slugs.index(slug) + 1 :] if slug in slugs else []
    return f"{START}/{after[0]}" if after else _next_path(draft, steps)


def _language(request: Request, spoken: str | None = None) -> str:
    """The language of the page: asked for, kept from before, or the person's own."""
    for wish in (request.query_params.get("lang"), request.cookies.get(LANGUAGE_COOKIE), spoken):
        if wish in LANGUAGES:
            return str(wish)
    return LANGUAGES[0]


async def _entered(request: Request) -> dict[str, list[str]]:
    if int(request.headers.get("content-length") or MOST_BYTES + 1) > MOST_BYTES:
        raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    form = await request.form()
    return {name: [value for value in form.getlist(name) if isinstance(value, str)] for name in form}
