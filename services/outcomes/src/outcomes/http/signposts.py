"""Staff record which signposts a person took up."""

from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, HTTPException
from fastapi.responses import RedirectResponse, Response

from outcomes.http.reading import STAFF, Desk
from outcomes.use_cases.record_taken_up import NotSignpostedError, TakenUp
from service_kit.access import Access, Member


def router(*, access: Access, desk: Desk) -> APIRouter:
    """`POST /outcomes/signposting/{id}/taken-up/{code}`."""
    routes = APIRouter()
    Staff = Annotated[Member, Depends(access.allow(*STAFF))]  # noqa: N806 - it is a type

    @routes.post("/signposting/{signposting_id}/taken-up/{code}", response_model=None)
    async def take_up(signposting_id: UUID, code: str, member: Staff) -> Response:
        """Record that the person took up this signpost; recording it again changes nothing."""
        try:
            found = await desk.take_up(TakenUp(signposting_id=signposting_id, code=code, by=str(member.id)))
        except NotSignpostedError as error:
            raise HTTPException(HTTPStatus.NOT_FOUND, str(error)) from None
        return RedirectResponse(f"/outcomes/participants/{found.participant_id}/part", status_code=HTTPStatus.SEE_OTHER)

    return routes
