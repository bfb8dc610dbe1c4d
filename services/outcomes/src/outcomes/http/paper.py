"""Answers keyed from paper on a page, checked by a second entry where that is wanted; corrections say why."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response

from outcomes.domain.assessment import Given
from outcomes.domain.instruments.instrument import Answers
from outcomes.domain.questionnaire import ANSWERED, NotOpenError, Questionnaire
from outcomes.domain.time_points import END
from outcomes.http.entry import LONGEST_REASON, known
from outcomes.http.form import Section, entered_from, read_entered, sections_of
from outcomes.http.languages import Language
from outcomes.http.participant import form_of, interests_of
from outcomes.http.reading import STAFF, Desk
from outcomes.use_cases.record_answers import ReasonMissingError
from page_base.pages import FieldError, Pages
from service_kit.access import Access, Member

Problems = tuple[FieldError, ...]


def router(*, pages: Pages, access: Access, desk: Desk, language: Language) -> APIRouter:
    """`GET|POST /outcomes/questionnaires/{id}` for browsers."""
    routes = APIRouter(include_in_schema=False)
    Staff = Annotated[Member, Depends(access.allow(*STAFF))]  # noqa: N806 - it is a type
    paper = _Paper(pages=pages, desk=desk, language=language)

    @routes.get("/questionnaires/{questionnaire_id}")
    async def show(request: Request, questionnaire_id: UUID, member: Staff) -> Response:
        questionnaire = await known(questionnaire_id, desk=desk)
        async with desk.reading() as reads:
            results = await reads.newest_answers(questionnaire_id)
        return await paper.page(request, questionnaire, member, entered=entered_from(results.answers) if results else {})

    @routes.post("/questionnaires/{questionnaire_id}")
    async def save(request: Request, questionnaire_id: UUID, member: Staff) -> Response:
        questionnaire = await known(questionnaire_id, desk=desk)
        form = await form_of(request)
        second = form.get("second") == "yes"
        read = read_entered(paper.sections(questionnaire), form)
        if not read.errors and form.get("then") == "again":
            await desk.keep_first_entry(questionnaire_id, read.answers, entered_by=str(member.id))
            return await paper.page(request, questionnaire, member, entered={}, second=True)
        errors = read.errors
        if not errors and second and form.get("then") != "settled":
            errors = await paper.unlike_the_first(questionnaire, read.answers)
        if not errors:
            given = Given(
                answers=read.answers,
                entered_by=str(member.id),
                reason=form.get("reason", "")[:LONGEST_REASON] or None,
                interests=interests_of(await request.form()) if questionnaire.time_point == END else None,
            )
            errors = await paper.record(questionnaire, given)
        if errors:
            return await paper.page(request, questionnaire, member, entered=form, errors=errors, second=second)
        address = f"/outcomes/participants/{questionnaire.participant_id}/part"
        return RedirectResponse(address, status_code=HTTPStatus.SEE_OTHER)

    return routes


class _Paper:
    """The page, and what is asked before an entry is kept."""

    def __init__(self, *, pages: Pages, desk: Desk, language: Language) -> None:
        self._pages = pages
        self._desk = desk
        self._wording = language.wording
        self._interests = language.interests

    def sections(self, questionnaire: Questionnaire) -> tuple[Section, ...]:
        """The form for staff: every answer is a number to be keyed."""
        return sections_of(questionnaire.instruments, wording=self._wording, for_staff=True, keyed=True)

    async def unlike_the_first(self, questionnaire: Questionnaire, answers: Mapping[str, Answers]) -> Problems:
        """Where this second entry says something else than the first."""
        async with self._desk.reading() as reads:
            first = await reads.first_entry(questionnaire.questionnaire_id)
        return differences(self.sections(questionnaire), first=entered_from(first or {}), second=entered_from(answers))

    async def record(self, questionnaire: Questionnaire, given: Given) -> Problems:
        """Record what was given, or say why that can't be."""
        try:
            await self._desk.answer(questionnaire, given)
        except ReasonMissingError as error:
            return (FieldError("reason", str(error)),)
        except NotOpenError as error:
            return (FieldError(self.sections(questionnaire)[0].fields[0].id, str(error)),)
        return ()

    async def page(
        self,
        request: Request,
        questionnaire: Questionnaire,
        member: Member,
        *,
        entered: Mapping[str, str],
        errors: Problems = (),
        second: bool = False,
    ) -> Response:
        """The form with what was entered, the history, and the person's link."""
        async with self._desk.reading() as reads:
            name = await reads.name_of(questionnaire.participant_id)
            history = await reads.history(questionnaire.questionnaire_id)
        return self._pages.render(
            request,
            "enter_answers.html",
            status_code=HTTPStatus.UNPROCESSABLE_ENTITY if errors else HTTPStatus.OK,
            member=member,
            questionnaire=questionnaire,
            name=name,
            sections=self.sections(questionnaire),
            entered=entered,
            errors=errors,
            second=second,
            corrects=questionnaire.status in ANSWERED,
            history=history,
            interests=self._interests if questionnaire.time_point == END else {},
        )


def differences(sections: tuple[Section, ...], *, first: Mapping[str, str], second: Mapping[str, str]) -> Problems:
    """Where a second entry of the same paper says something else than the first."""
    fields = [field for section in sections for field in section.fields]
    return tuple(
        FieldError(
            field.id,
            f"{field.question}: the first entry says {first.get(field.name) or 'nothing'}, this one "
            f"{second.get(field.name) or 'nothing'}. Look at the paper.",
        )
        for field in fields
        if first.get(field.name) != second.get(field.name)
    )
