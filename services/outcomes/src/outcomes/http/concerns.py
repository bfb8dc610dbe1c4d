"""Concerns: the list that waits for staff, each with its trail, and acknowledging one."""

from dataclasses import asdict
from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, HTTPException, Query, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response
from pydantic import BaseModel, ConfigDict, Field

from outcomes.domain.concerns import LONGEST_NOTE, Concern, NothingToAcknowledgeError
from outcomes.http.participant import form_of
from outcomes.http.reading import STAFF, Desk
from outcomes.use_cases.acknowledge_concern import Acknowledgement, UnknownConcernError
from outcomes.use_cases.views import ListedConcern
from page_base.pages import FieldError, Pages
from page_base.problems import wants_page
from service_kit.access import Access, Member

MOST_LISTED = 500


class NoteBody(BaseModel):
    """What was done about a concern."""

    model_config = ConfigDict(hide_input_in_errors=True, extra="forbid")

    note: str = Field(min_length=1, max_length=LONGEST_NOTE)


def router(*, pages: Pages, access: Access, desk: Desk) -> APIRouter:
    """`GET /outcomes/concerns` and `POST /outcomes/concerns/{id}/acknowledgement`."""
    routes = APIRouter()
    Staff = Annotated[Member, Depends(access.allow(*STAFF))]  # noqa: N806 - it is a type

    @routes.get("/concerns", response_model=None)
    async def concerns(
        request: Request,
        member: Staff,
        status: Literal["open", "acknowledged", "set_aside"] = "open",
        limit: Annotated[int, Query(ge=1, le=MOST_LISTED)] = 200,
    ) -> Response:
        """Concerns of a status, the oldest first; `set_aside` are open ones about somebody who has died or was erased."""
        async with desk.reading() as reads:
            found, total = await reads.concerns(status=status, limit=limit)
        if wants_page(request):
            return pages.render(request, "concerns.html", member=member, found=found, total=total, status=status)
        return JSONResponse({"concerns": [as_json(one) for one in found], "total": total})

    @routes.post("/concerns/{concern_id}/acknowledgement")
    async def acknowledge(concern_id: UUID, body: NoteBody, member: Staff) -> dict[str, Any]:
        """Say that a concern was seen to, and what was done."""
        try:
            after = await desk.acknowledge(Acknowledgement(concern_id=concern_id, by=str(member.id), note=body.note))
        except UnknownConcernError as error:
            raise HTTPException(HTTPStatus.NOT_FOUND, str(error)) from None
        except NothingToAcknowledgeError as error:
            raise HTTPException(HTTPStatus.CONFLICT, str(error)) from None
        return plain(after)

    return routes


def page_router(*, pages: Pages, access: Access, desk: Desk) -> APIRouter:
    """`GET|POST /outcomes/concerns/{id}` for browsers."""
    routes = APIRouter(include_in_schema=False)
    Staff = Annotated[Member, Depends(access.allow(*STAFF))]  # noqa: N806 - it is a type

    @routes.get("/concerns/{concern_id}")
    async def concern(request: Request, concern_id: UUID, member: Staff) -> Response:
        return await page(request, concern_id, member)

    @routes.post("/concerns/{concern_id}")
    async def acknowledge_on_page(request: Request, concern_id: UUID, member: Staff) -> Response:
        note = (await form_of(request)).get("note", "")
        try:
            await desk.acknowledge(Acknowledgement(concern_id=concern_id, by=str(member.id), note=note))
        except UnknownConcernError as error:
            raise HTTPException(HTTPStatus.NOT_FOUND, str(error)) from None
        except NothingToAcknowledgeError as error:
            return await page(request, concern_id, member, errors=(FieldError("note", str(error)),), note=note)
        return RedirectResponse("/outcomes/concerns", status_code=HTTPStatus.SEE_OTHER)

    async def page(
        request: Request, concern_id: UUID, member: Member, *, errors: tuple[FieldError, ...] = (), note: str = ""
    ) -> Response:
        async with desk.reading() as reads:
            found = await reads.concern(concern_id)
        if found is None:
            raise HTTPException(HTTPStatus.NOT_FOUND, "There is no such concern.")
        listed, trail = found
        return pages.render(
            request,
            "concern.html",
            status_code=HTTPStatus.UNPROCESSABLE_ENTITY if errors else HTTPStatus.OK,
            member=member,
            listed=listed,
            trail=trail,
            errors=errors,
            note=note,
        )

    return routes


def as_json(one: ListedConcern) -> dict[str, Any]:
    """A concern on its list, for programs."""
    return {**plain(one.concern), "display_name": one.display_name, "time_point": one.time_point, "comment": one.comment}


def plain(concern: Concern) -> dict[str, Any]:
    """A concern as plain data."""
    return {name: _plain(value) for name, value in asdict(concern).items()}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, UUID) else value
