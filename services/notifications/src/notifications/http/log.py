"""The life of each message: the log, a person's part of the journey page, and the audit."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, ConfigDict, Field, field_validator

from notifications.domain.message import Channel, Kind, Status
from notifications.http.reading import Reading
from notifications.use_cases.views import Audit, MessageLine
from page_base.pages import Pages
from page_base.problems import wants_page
from service_kit.access import Access, Member

READERS = ("coordinator", "clinician")
STAFF = ("facilitator", *READERS)
MOST_LISTED = 1000


class Wanted(BaseModel):
    """Which messages of the log are asked for; what is left empty does not matter."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    participant_id: UUID | None = None
    kind: Kind | None = None
    channel: Channel | None = None
    status: Status | None = None
    limit: int = Field(default=100, ge=1, le=MOST_LISTED)
    offset: int = Field(default=0, ge=0)
    format: Literal["json", "html"] | None = None

    @field_validator("*", mode="before")
    @classmethod
    def _empty_is_nothing(cls, value: Any) -> Any:
        return None if value == "" else value


def router(
    *, pages: Pages, access: Access, reading: Reading, now: Callable[[], datetime], real_now: Callable[[], datetime]
) -> APIRouter:
    """The routes; `now` is domain time."""
    routes = APIRouter()
    Reader = Annotated[Member, Depends(access.allow(*READERS))]  # noqa: N806 - it is a type
    Staff = Annotated[Member, Depends(access.allow(*STAFF))]  # noqa: N806 - it is a type
    Admin = Annotated[Member, Depends(access.allow("admin"))]  # noqa: N806 - it is a type

    @routes.get("/messages", response_model=None)
    async def log(request: Request, member: Reader, wanted: Annotated[Wanted, Query()]) -> Response:
        """Every message and where it is in its life, newest planned first."""
        async with reading() as views:
            found = await views.log(
                participant_id=wanted.participant_id,
                kind=wanted.kind,
                channel=wanted.channel,
                status=wanted.status,
                limit=wanted.limit,
                offset=wanted.offset,
            )
        if wanted.format == "json" or (wanted.format is None and not wants_page(request)):
            return JSONResponse({"messages": [_as_json(line) for line in found.lines], "total": found.total})
        return pages.render(
            request,
            "log.html",
            member=member,
            found=found,
            chosen={name: getattr(wanted, name) or "" for name in ("participant_id", "kind", "channel", "status")},
            kinds=list(Kind),
            channels=list(Channel),
            statuses=list(Status),
            limit=wanted.limit,
            offset=wanted.offset,
        )

    @routes.get("/participants/{participant_id}/part", response_model=None)
    async def part(request: Request, member: Staff, participant_id: UUID) -> Response:
        """A person's messages, as a part of the journey page."""
        async with reading() as views:
            lines = await views.history(participant_id)
        return pages.render(request, "part.html", member=member, lines=lines)

    @routes.get("/audit")
    async def audit(_: Admin) -> dict[str, Any]:
        """Messages by kind and status, and whatever must never be."""
        async with reading() as views:
            return _summary(await views.audit(now=now(), real_now=real_now()))

    return routes


def _summary(audit: Audit) -> dict[str, Any]:
    statuses = {f"messages_{status}": sum(numbers.get(status, 0) for numbers in audit.by_kind.values()) for status in Status}
    sent = {f"sent_{kind}": audit.by_kind.get(kind, {}).get(Status.SENT, 0) for kind in Kind}
    return {"funnel": {**statuses, **sent}, "by_kind": audit.by_kind, "problems": audit.problems}


def _as_json(line: MessageLine) -> dict[str, Any]:
    return {
        "message_id": str(line.id),
        "participant_id": str(line.participant_id),
        "kind": line.kind,
        "about_id": line.about_id,
        "channel": line.channel,
        "provider": line.provider,
        "status": line.status,
        "reason": line.reason,
        "attempts": line.attempts,
        "planned_at": line.planned_at.isoformat(),
        "due_at": line.due_at.isoformat(),
        "changed_at": line.changed_at.isoformat(),
    }
