"""Staff take back the link of a questionnaire, or make a new one to hand over."""

from http import HTTPStatus
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import Response

from outcomes.http.reading import STAFF, Desk
from page_base.pages import Pages
from service_kit.access import Access, Member


def router(*, pages: Pages, access: Access, desk: Desk, public_url: str) -> APIRouter:
    """`POST /outcomes/questionnaires/{id}/link/{revoke|renew}`."""
    routes = APIRouter(include_in_schema=False)
    Staff = Annotated[Member, Depends(access.allow(*STAFF))]  # noqa: N806 - it is a type

    @routes.post("/questionnaires/{questionnaire_id}/link/{deed}")
    async def change(request: Request, questionnaire_id: UUID, deed: Literal["revoke", "renew"], member: Staff) -> Response:
        after = await desk.change_link(questionnaire_id, revoke=deed == "revoke")
        if after is None:
            raise HTTPException(HTTPStatus.NOT_FOUND, "There is no such questionnaire.")
        link = None if deed == "revoke" else f"{public_url.rstrip('/')}/outcomes/q/{after.token}"
        return pages.render(request, "link_changed.html", member=member, questionnaire=after, link=link)

    return routes
