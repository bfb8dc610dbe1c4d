"""The resource pack: links and files in versions, opened by a credential; who opened what is noted."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, HTTPException, Query, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, Field

from scheduling.domain.resources import Resource, ResourceView, opened_to
from scheduling.http.desk import COORDINATOR, FACILITATOR, Desk, in_plain_words
from scheduling.http.training import today_at
from scheduling.use_cases.resources import add_resource, note_view
from service_kit.access import ADMIN, Member

LARGEST_FILE = 10 * 1024 * 1024


class LinkBody(BaseModel):
    """A link of the resource pack."""

    programme: str = Field(max_length=64)
    title: str = Field(max_length=200)
    url: str = Field(max_length=1000)


class ResourcesAnswer(BaseModel):
    """The newest version of each resource, and who viewed which."""

    resources: list[Resource]
    views: list[ResourceView]


def resources_router(desk: Desk) -> APIRouter:
    """`GET /resources`, `PUT /resources/{resource_id}` for links, `PUT …/file` for files, `GET …` to open one."""
    router = APIRouter(prefix="/resources")
    coordinator = Depends(desk.access.allow(COORDINATOR))

    @router.get("")
    async def get_resources(_: Annotated[Member, coordinator]) -> ResourcesAnswer:
        """The whole resource pack, and who viewed what."""
        return ResourcesAnswer(resources=await desk.resources.latest(sorted(desk.programmes)), views=await desk.resources.views())

    @router.put("/{resource_id}")
    async def put_link(resource_id: UUID, body: LinkBody, _: Annotated[Member, coordinator]) -> Resource:
        """Add a link, or the next version of it."""
        resource = _version(resource_id, desk.now(), programme=body.programme, title=body.title, url=body.url)
        return await _add(resource, None)

    @router.put("/{resource_id}/file")
    async def put_file(
        request: Request,
        resource_id: UUID,
        _: Annotated[Member, coordinator],
        programme: str,
        title: Annotated[str, Query(max_length=200)],
        file_name: Annotated[str, Query(max_length=200, pattern=r"[\w .-]+")],
    ) -> Resource:
        """Add a file, which is the body of the request, or the next version of it."""
        content = await _content(request)
        resource = _version(
            resource_id,
            desk.now(),
            programme=programme,
            title=title,
            file_name=file_name,
            content_type=request.headers.get("content-type", "application/octet-stream")[:100],
        )
        return await _add(resource, content)

    @router.get("/{resource_id}", include_in_schema=False)
    async def get_resource(
        resource_id: UUID, member: Annotated[Member, Depends(desk.access.allow(COORDINATOR, FACILITATOR))]
    ) -> Response:
        """Open a resource of a programme that the member's credentials open; that a facilitator did is noted."""
        found = await desk.resources.one(resource_id)
        if found is None:
            raise HTTPException(404, "There is no resource with this resource_id.")
        resource, content = found
        facilitator = await desk.site_reads.facilitator_of(member.id)
        if member.role not in (COORDINATOR, ADMIN) and resource.programme not in opened_to(facilitator, today=today_at(desk)):
            raise HTTPException(403, "Training for this programme opens its resource pack: your credentials don't yet.")
        if facilitator is not None:
            async with desk.transaction() as work:
                await note_view(
                    resource=resource,
                    facilitator_id=facilitator.facilitator_id,
                    repositories=work.repositories,
                    now=desk.now(),
                )
        return _handed_out(resource, content)

    async def _add(resource: Resource, content: bytes | None) -> Resource:
        with in_plain_words():
            async with desk.transaction() as work:
                return await add_resource(
                    resource=resource, content=content, programmes=desk.programmes, repositories=work.repositories
                )

    return router


async def _content(request: Request) -> bytes:
    content = bytearray()
    async for chunk in request.stream():
        content += chunk
        if len(content) > LARGEST_FILE:
            raise HTTPException(413, "The file must be at most 10 MB.")
    return bytes(content)


def _handed_out(resource: Resource, content: bytes | None) -> Response:
    if content is None:
        return RedirectResponse(resource.url or "", status_code=303)
    headers = {"Content-Disposition": f'attachment; filename="{resource.file_name}"', "Cache-Control": "private, no-store"}
    return Response(content, media_type=resource.content_type, headers=headers)


def _version(
    resource_id: UUID,
    now: datetime,
    *,
    programme: str,
    title: str,
    url: str | None = None,
    file_name: str | None = None,
    content_type: str | None = None,
) -> Resource:
    return Resource(
        resource_id=resource_id,
        version=0,
        programme=programme,
        title=title,
        url=url,
        file_name=file_name,
        content_type=content_type,
        added_at=now,
    )
