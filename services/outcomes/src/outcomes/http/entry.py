"""Staff enter and correct answers: as JSON, or on a page that has what is measured in the room too."""

from collections.abc import Mapping
from dataclasses import asdict
from http import HTTPStatus
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictInt

from outcomes.domain.assessment import Assessment
from outcomes.domain.instruments.instrument import WrongAnswersError
from outcomes.domain.questionnaire import NotOpenError, Questionnaire
from outcomes.http.form import entered_from, read_entered, sections_of
from outcomes.http.reading import STAFF, Answer, Reading
from outcomes.http.wording import Wording
from page_base.pages import FieldError, Pages
from service_kit.access import Access, Member


class AnswersBody(BaseModel):
    """Answers by instrument and item, such as `{"NRS": {"pain": 5}}`; left out means unanswered."""

    model_config = ConfigDict(hide_input_in_errors=True, extra="forbid")

    answers: dict[str, dict[str, StrictBool | StrictInt]] = Field(max_length=20)


def router(*, pages: Pages, access: Access, reading: Reading, answer: Answer, wording: Wording) -> APIRouter:
    """`POST /outcomes/questionnaires/{id}/answers`, and `GET|POST /outcomes/questionnaires/{id}` for browsers."""
    routes = APIRouter()
    Staff = Annotated[Member, Depends(access.allow(*STAFF))]  # noqa: N806 - it is a type

    @routes.post("/questionnaires/{questionnaire_id}/answers")
    async def enter(questionnaire_id: UUID, body: AnswersBody, member: Staff) -> dict[str, Any]:
        """Enter or correct answers; what is entered again for an instrument replaces it, and the earlier score is kept."""
        questionnaire = await known(questionnaire_id, reading=reading)
        try:
            results = await answer(questionnaire, body.answers, entered_by=str(member.id))
        except WrongAnswersError as error:
            sentences = " ".join(sentence for _, sentence in error.problems)
            raise HTTPException(HTTPStatus.UNPROCESSABLE_ENTITY, sentences) from None
        except NotOpenError as error:
            raise HTTPException(HTTPStatus.CONFLICT, str(error)) from None
        return as_json(results)

    @routes.get("/questionnaires/{questionnaire_id}", include_in_schema=False)
    async def show(request: Request, questionnaire_id: UUID, member: Staff) -> Response:
        questionnaire = await known(questionnaire_id, reading=reading)
        async with reading() as reads:
            results = await reads.newest_answers(questionnaire_id)
        entered = entered_from(results.answers) if results else {}
        return await page(request, questionnaire, member, entered=entered)

    @routes.post("/questionnaires/{questionnaire_id}", include_in_schema=False)
    async def save(request: Request, questionnaire_id: UUID, member: Staff) -> Response:
        questionnaire = await known(questionnaire_id, reading=reading)
        form = {name: value for name, value in (await request.form()).items() if isinstance(value, str)}
        sections = sections_of(questionnaire.instruments, wording=wording, for_staff=True)
        read = read_entered(sections, form)
        if read.errors:
            return await page(request, questionnaire, member, entered=form, errors=read.errors)
        try:
            await answer(questionnaire, read.answers, entered_by=str(member.id))
        except NotOpenError as error:
            return await page(
                request, questionnaire, member, entered=form, errors=(FieldError(sections[0].fields[0].id, str(error)),)
            )
        address = f"/outcomes/participants/{questionnaire.participant_id}/part"
        return RedirectResponse(address, status_code=HTTPStatus.SEE_OTHER)

    async def page(
        request: Request,
        questionnaire: Questionnaire,
        member: Member,
        *,
        entered: Mapping[str, str],
        errors: tuple[FieldError, ...] = (),
    ) -> Response:
        async with reading() as reads:
            name = await reads.name_of(questionnaire.participant_id)
        return pages.render(
            request,
            "enter_answers.html",
            status_code=HTTPStatus.UNPROCESSABLE_ENTITY if errors else HTTPStatus.OK,
            member=member,
            questionnaire=questionnaire,
            name=name,
            sections=sections_of(questionnaire.instruments, wording=wording, for_staff=True),
            entered=entered,
            errors=errors,
        )

    return routes


async def known(questionnaire_id: UUID, *, reading: Reading) -> Questionnaire:
    """The questionnaire of this id, or a 404 in plain words."""
    async with reading() as reads:
        found = await reads.by_id(questionnaire_id)
    if found is None:
        raise HTTPException(HTTPStatus.NOT_FOUND, "There is no such questionnaire.")
    return found


def as_json(results: Assessment) -> dict[str, Any]:
    """Results as a program reads them."""
    return {
        "questionnaire_id": str(results.questionnaire_id),
        "assessment_id": str(results.assessment_id),
        "sequence": results.sequence,
        "scores": [asdict(score) for score in results.scores],
        "changes": [asdict(change) for change in results.changes],
    }
