"""How the routes that change a person run their step and answer."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import TypeAlias
from uuid import UUID

from fastapi import HTTPException, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response

from enrolment.domain.audit import STAFF, Actor
from enrolment.domain.corrections import CorrectionError
from enrolment.domain.enrolments import EndedError
from enrolment.domain.merges import MergeError
from enrolment.domain.near_matches import DecidedError
from enrolment.domain.reason import Reason
from enrolment.domain.standing import ImpossibleForPersonError
from enrolment.http.change_page import ChangePage
from enrolment.use_cases.correct_person import SomebodyElseError
from enrolment.use_cases.outcome import StepTaken
from enrolment.use_cases.people_store import ErasureStore
from page_base.pages import FieldError
from service_kit.access import Access, Member

Step: TypeAlias = Callable[[ErasureStore, datetime], Awaitable[StepTaken]]
_IMPOSSIBLE = (ImpossibleForPersonError, EndedError, DecidedError, MergeError, SomebodyElseError)


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleSteps:
    """What the routes have in common: `take` runs one step in a transaction of its own and tells whoever has to know."""

    access: Access
    page: ChangePage
    take: Callable[[Step], Awaitable[StepTaken]]
    new_id: Callable[[], UUID]
    joints: Sequence[str]
    in_production: bool

    async def done(self, request: Request, participant_id: UUID, member: Member, step: Step) -> Response:
        """Take the step. A browser comes back to the person's page, a program gets JSON; what was wrong is shown to both."""
        try:
            taken = await self.take(step)
        except LookupError as error:
            raise HTTPException(HTTPStatus.NOT_FOUND, str(error)) from None
        except CorrectionError as error:
            return await self.refused(request, participant_id, member, HTTPStatus.UNPROCESSABLE_ENTITY, error.problems)
        except _IMPOSSIBLE as error:
            reason = Reason("not_possible", str(error), "change")
            return await self.refused(request, participant_id, member, HTTPStatus.CONFLICT, (reason,))
        if _is_browser(request):
            return RedirectResponse(f"/enrolment/participants/{participant_id}", HTTPStatus.SEE_OTHER)
        return JSONResponse(
            {
                "participants": {str(each.id): each.status for each in taken.standings},
                "enrolments": {str(each.id): each.status for each in taken.enrolments},
            }
        )

    async def refused(
        self, request: Request, participant_id: UUID, member: Member, status: HTTPStatus, reasons: Sequence[Reason]
    ) -> Response:
        """Say what was wrong: on the page again, or as JSON."""
        if not _is_browser(request):
            problems = [{"code": each.code, "text": each.text, "field": each.field} for each in reasons]
            return JSONResponse({"detail": " ".join(each.text for each in reasons), "problems": problems}, status)
        errors = [FieldError(each.field or "change", each.text) for each in reasons]
        return await self.page(request, participant_id, member=member, errors=errors, status_code=status)


def actor_of(member: Member) -> Actor:
    """Return a member of staff as the audit names them."""
    return Actor(kind=STAFF, name=member.name, role=member.role)


def _is_browser(request: Request) -> bool:
    return "text/html" in request.headers.get("accept", "")
