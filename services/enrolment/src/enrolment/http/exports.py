"""Somebody asked to see what is kept of them: one file."""

from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, HTTPException
from fastapi.responses import JSONResponse, Response

from enrolment.domain.audit import Actor
from enrolment.http.people_steps import actor_of
from enrolment.use_cases.export_person import Export
from enrolment.use_cases.people_store import NoSuchPersonError
from service_kit.access import Access, Member

Exporting = Callable[[UUID, Actor], Awaitable[Export]]


def exports_router(*, access: Access, export: Exporting) -> APIRouter:
    """`POST /enrolment/participants/{participant_id}/export`."""
    router = APIRouter()

    @router.post("/participants/{participant_id}/export")
    async def make(participant_id: UUID, member: Annotated[Member, Depends(access.allow("coordinator"))]) -> Response:
        """All that the services keep of a person, as a file of JSON; posted, because the audit keeps that it was made.

        `complete` is false and `problems` name the services where one didn't answer in time: then ask again.
        """
        try:
            made = await export(participant_id, actor_of(member))
        except NoSuchPersonError as error:
            raise HTTPException(HTTPStatus.NOT_FOUND, str(error)) from None
        name = f"limber-{participant_id}.json"
        return JSONResponse(_written(made), headers={"Content-Disposition": f'attachment; filename="{name}"'})

    return router


def _written(export: Export) -> dict[str, Any]:
    return {
        "participant_id": str(export.participant_id),
        "exported_at": export.exported_at.isoformat(),
        "complete": not export.missing,
        "problems": [f"{name} did not answer, so what it keeps is missing here. Ask again later." for name in export.missing],
        "services": {name: found for name, found in export.services.items() if found is not None},
    }
