"""A person's own page: what was agreed, their dates, and what they can change."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from http import HTTPStatus
from typing import Annotated, Any, Protocol
from uuid import UUID

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import RedirectResponse, Response

from enrolment.domain.confirmations import TooManyCodesError
from enrolment.domain.enrolments import EndedError
from enrolment.domain.form.fields import email_rule, mobile_rule
from enrolment.domain.preferences import Wishes
from enrolment.domain.programmes import LANGUAGES, Programme
from enrolment.http.form_words import FormWords
from enrolment.http.limits import Limit, hold_back
from enrolment.use_cases.confirm_contact import Said
from enrolment.use_cases.review_referral import CLINICIAN
from page_base.pages import FieldError, Pages
from service_kit.access import Access, Member

ME = "/enrolment/me"
_CHANNELS = ("sms", "email")


class EnrolmentSeen(Protocol):
    """An enrolment as its person sees it."""

    @property
    def id(self) -> UUID: ...
    @property
    def programme(self) -> str: ...
    @property
    def status(self) -> str: ...
    @property
    def enrolled_at(self) -> datetime: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnView:
    """What a person sees of themselves."""

    given_name: str
    phone: str | None
    email: str | None
    wishes: Wishes
    agreed_at: datetime | None
    enrolments: Sequence[EnrolmentSeen]
    waits_for_code: bool


class OwnPageDesk(Protocol):
    """What the pages need done; None for a link that no longer opens."""

    async def view(self, token: str) -> OwnView | None: ...

    async def wish(self, token: str, wishes: Wishes) -> bool | None: ...

    async def claim_contact(self, token: str, *, phone: str | None, email: str | None) -> bool | None: ...

    async def confirm_contact(self, token: str, code: str) -> Said | None: ...

    async def leave(self, token: str, enrolment_id: UUID) -> bool | None: ...

    async def send_links(self, address: str) -> None: ...

    async def send_link(self, participant_id: UUID) -> bool: ...


def own_page_router(
    *, desk: OwnPageDesk, pages: Pages, words: FormWords, programmes: Mapping[str, Programme], access: Access, limit: Limit
) -> APIRouter:
    """`/enrolment/me`, `/enrolment/me/{token}` and below; staff send a link by `POST …/participants/{id}/own-page-link`."""
    routes = APIRouter(include_in_schema=False)
    own = _OwnPage(desk=desk, pages=pages, words=words, programmes=programmes, limit=limit)
    for path, method, page in (
        ("/me", "GET", own.ask_for_link),
        ("/me", "POST", own.send_links),
        ("/me/{token}", "GET", own.show),
        ("/me/{token}/preferences", "POST", own.wish),
        ("/me/{token}/contact", "POST", own.claim),
        ("/me/{token}/contact/confirm", "POST", own.confirm),
        ("/me/{token}/leave/{enrolment_id}", "POST", own.leave),
    ):
        routes.add_api_route(path, page, methods=[method], response_model=None)

    @routes.post("/participants/{participant_id}/own-page-link")
    async def send_link(participant_id: UUID, _: Annotated[Member, Depends(access.allow("coordinator", CLINICIAN))]) -> Response:
        if not await desk.send_link(participant_id):
            sentence = "Three links went to this person in the last hour. Wait before you send another."
            raise HTTPException(HTTPStatus.CONFLICT, sentence)
        return RedirectResponse(f"/enrolment/participants/{participant_id}", HTTPStatus.SEE_OTHER)

    return routes


class _OwnPage:
    """The pages and what they share."""

    def __init__(
        self, *, desk: OwnPageDesk, pages: Pages, words: FormWords, programmes: Mapping[str, Programme], limit: Limit
    ) -> None:
        self._desk = desk
        self._pages = pages
        self._words = words
        self._programmes = programmes
        self._limit = limit

    async def ask_for_link(self, request: Request) -> Response:
        return self._render(request, "own_page_link.html", sent=False, errors=[])

    async def send_links(self, request: Request) -> Response:
        await hold_back(request, self._limit)
        phone, email = _address((await request.form()).get("address"))
        if phone is None and email is None:
            errors = [FieldError("address", self._spoken(request, None)["problems"]["address_format"])]
            wrong = HTTPStatus.UNPROCESSABLE_ENTITY
            return self._render(request, "own_page_link.html", status_code=wrong, sent=False, errors=errors)
        await self._desk.send_links(phone or email or "")
        return self._render(request, "own_page_link.html", sent=True, errors=[])

    async def show(self, request: Request, token: str) -> Response:
        return await self._page(request, token)

    async def wish(self, request: Request, token: str) -> Response:
        form = await request.form()
        view = await self._desk.view(token)
        if view is None:
            return self._gone(request)
        language, channel = str(form.get("language", "")), str(form.get("preferred_channel", ""))
        messages, agreed = form.getlist("messages"), form.getlist("agree")
        wishes = Wishes(
            language=language if language in LANGUAGES else view.wishes.language,
            preferred_channel=channel if channel in _CHANNELS else view.wishes.preferred_channel,
            allows_sms="sms" in messages,
            allows_email="email" in messages,
            shares_with_gp="gp" in agreed,
            allows_marketing="marketing" in agreed,
        )
        await self._desk.wish(token, wishes)
        return _back(token, "saved")

    async def claim(self, request: Request, token: str) -> Response:
        phone, email = _address((await request.form()).get("address"))
        if phone is None and email is None:
            return await self._page(request, token, wrong=("address", "address_format"))
        try:
            asked = await self._desk.claim_contact(token, phone=phone, email=email)
        except TooManyCodesError:
            return await self._page(request, token, wrong=("address", "too_many_codes"))
        return self._gone(request) if asked is None else _back(token, "code_sent")

    async def confirm(self, request: Request, token: str) -> Response:
        code = "".join(str((await request.form()).get("code", "")).split())
        if not code:
            return await self._page(request, token, wrong=("code", "code_missing"))
        said = await self._desk.confirm_contact(token, code)
        if said is None:
            return self._gone(request)
        if said is Said.RIGHT:
            return _back(token, "contact_changed")
        return await self._page(request, token, wrong=("code", "code_wrong" if said is Said.WRONG else "too_many_tries"))

    async def leave(self, request: Request, token: str, enrolment_id: UUID) -> Response:
        if (await request.form()).get("sure") != "yes":
            return await self._page(request, token, wrong=(f"sure-{enrolment_id}", "sure_missing"))
        try:
            left = await self._desk.leave(token, enrolment_id)
        except EndedError:
            left = True
        except LookupError:
            raise HTTPException(HTTPStatus.NOT_FOUND, "There is no such enrolment.") from None
        return self._gone(request) if left is None else _back(token, "left")

    async def _page(self, request: Request, token: str, *, wrong: tuple[str, str] | None = None) -> Response:
        view = await self._desk.view(token)
        if view is None:
            return self._gone(request)
        spoken = self._spoken(request, view)
        return self._render(
            request,
            "own_page.html",
            view=view,
            status_code=HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK,
            token=token,
            programmes=self._programmes,
            said=spoken["me"].get(request.query_params.get("said", ""), ""),
            errors=[FieldError(wrong[0], spoken["problems"][wrong[1]])] if wrong else [],
        )

    def _gone(self, request: Request) -> Response:
        return self._render(request, "own_page_gone.html", status_code=HTTPStatus.GONE)

    def _spoken(self, request: Request, view: OwnView | None) -> Mapping[str, Any]:
        return self._words[_language(request, view)]

    def _render(
        self,
        request: Request,
        template: str,
        *,
        view: OwnView | None = None,
        status_code: int = HTTPStatus.OK,
        **context: Any,
    ) -> Response:
        language = _language(request, view)
        return self._pages.render(
            request,
            template,
            status_code=status_code,
            lang=language,
            words=self._words[language],
            other_language=next(each for each in LANGUAGES if each != language),
            view=view,
            **context,
        )


def _back(token: str, said: str) -> Response:
    return RedirectResponse(f"{ME}/{token}?said={said}", HTTPStatus.SEE_OTHER)


def _language(request: Request, view: OwnView | None) -> str:
    """The language that was asked for, or the person's own."""
    for wish in (request.query_params.get("lang"), view.wishes.language if view else None):
        if wish in LANGUAGES:
            return str(wish)
    return LANGUAGES[0]


def _address(entered: object) -> tuple[str | None, str | None]:
    """Return (mobile number, email address) of what was entered: one of them, or neither."""
    text = entered.strip() if isinstance(entered, str) else ""
    if not text:
        return None, None
    return mobile_rule(text, date.min)[0], email_rule(text, date.min)[0]
