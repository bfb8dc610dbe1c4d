"""The page on which staff correct a person, take them out of a programme, or record a death."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from types import MappingProxyType
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse
from sqlalchemy.ext.asyncio import AsyncEngine

from enrolment.http.people import person_named
from page_base.pages import FieldError, Pages
from service_kit.access import ADMIN, Access, Member

WITHDRAWAL_WORDS = MappingProxyType(
    {
        "asked_to_leave": "They asked to leave",
        "moved_away": "They moved away",
        "unwell": "They are not well enough",
        "found_another_way": "They found another way to be active",
        "cannot_be_reached": "They can't be reached",
        "other": "Another reason",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangePage:
    """`GET /enrolment/participants/{id}/change`, shown again with what is wrong."""

    engine: AsyncEngine
    pages: Pages
    programmes: Mapping[str, str]
    joints: Sequence[str]

    async def __call__(
        self,
        request: Request,
        participant_id: UUID,
        *,
        member: Member,
        errors: Sequence[FieldError] = (),
        status_code: int = HTTPStatus.OK,
    ) -> HTMLResponse:
        """Render it; 404 for somebody unknown."""
        found = await person_named(self.engine, participant_id)
        return self.pages.render(
            request,
            "change.html",
            status_code=status_code,
            member=member,
            journey=found,
            programmes=self.programmes,
            joints=self.joints,
            withdrawal=WITHDRAWAL_WORDS,
            errors=errors,
            is_admin=member.role == ADMIN,
        )


def change_page_router(page: ChangePage, *, access: Access) -> APIRouter:
    """`GET /enrolment/participants/{participant_id}/change`."""
    router = APIRouter()

    @router.get("/participants/{participant_id}/change")
    async def change(
        request: Request,
        participant_id: UUID,
        member: Annotated[Member, Depends(access.allow("coordinator", "clinician"))],
    ) -> HTMLResponse:
        """What staff may change about a person."""
        return await page(request, participant_id, member=member)

    return router
