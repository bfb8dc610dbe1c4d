"""Staff enter and correct answers as JSON."""

from dataclasses import asdict
from http import HTTPStatus
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, HTTPException
from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictFloat, StrictInt

from outcomes.domain.assessment import Assessment, Given
from outcomes.domain.instruments.instrument import WrongAnswersError
from outcomes.domain.questionnaire import NotOpenError, Questionnaire
from outcomes.http.reading import STAFF, Desk
from outcomes.use_cases.record_answers import ReasonMissingError
from service_kit.access import Access, Member

LONGEST_REASON = 500


class AnswersBody(BaseModel):
    """Answers by instrument and item, such as `{"NRS": {"pain": 5}}`; left out means unanswered. A correction says why."""

    model_config = ConfigDict(hide_input_in_errors=True, extra="forbid")

    answers: dict[str, dict[str, StrictBool | StrictInt | StrictFloat]] = Field(max_length=20)
    reason: str | None = Field(default=None, max_length=LONGEST_REASON)


def router(*, access: Access, desk: Desk) -> APIRouter:
    """`POST /outcomes/questionnaires/{id}/answers`."""
    routes = APIRouter()
    Staff = Annotated[Member, Depends(access.allow(*STAFF))]  # noqa: N806 - it is a type

    @routes.post("/questionnaires/{questionnaire_id}/answers")
    async def enter(questionnaire_id: UUID, body: AnswersBody, member: Staff) -> dict[str, Any]:
        """Enter or correct answers; what is entered again for an instrument replaces it, and the earlier score is kept."""
        questionnaire = await known(questionnaire_id, desk=desk)
        given = Given(answers=body.answers, entered_by=str(member.id), reason=body.reason)
        try:
            results = await desk.answer(questionnaire, given)
        except WrongAnswersError as error:
            sentences = " ".join(sentence for _, sentence in error.problems)
            raise HTTPException(HTTPStatus.UNPROCESSABLE_ENTITY, sentences) from None
        except ReasonMissingError as error:
            raise HTTPException(HTTPStatus.UNPROCESSABLE_ENTITY, str(error)) from None
        except NotOpenError as error:
            raise HTTPException(HTTPStatus.CONFLICT, str(error)) from None
        return as_json(results)

    return routes


async def known(questionnaire_id: UUID, *, desk: Desk) -> Questionnaire:
    """The questionnaire of this id, or a 404 in plain words."""
    async with desk.reading() as reads:
        found = await reads.by_id(questionnaire_id)
    if found is None:
        raise HTTPException(HTTPStatus.NOT_FOUND, "There is no such questionnaire.")
    return found


def as_json(results: Assessment) -> dict[str, Any]:
    """Results for programs."""
    return {
        "questionnaire_id": str(results.questionnaire_id),
        "assessment_id": str(results.assessment_id),
        "sequence": results.sequence,
        "time_point": results.time_point,
        "completed_at": results.completed_at.isoformat(),
        "late": results.is_late,
        "scores": [asdict(score) for score in results.scores],
        "changes": [asdict(change) for change in results.changes],
    }
