"""The register of a session, for a program and as a page that needs no JavaScript."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, Field

from page_base.pages import FieldError
from scheduling.domain.broken_rule import BrokenRuleError
from scheduling.domain.registers import STATUSES, Entry
from scheduling.http.desk import COORDINATOR, FACILITATOR, Desk, in_plain_words, sheet_for, wants_page
from scheduling.use_cases.look_up import RegisterSheet
from scheduling.use_cases.record_register import record_register
from service_kit.access import Member


class EntryBody(BaseModel):
    """One line of a register; `status`: present, absent or excused."""

    participant_id: UUID
    status: str = Field(max_length=20)


class RegisterBody(BaseModel):
    """A whole register: everybody in the cohort, once."""

    entries: list[EntryBody] = Field(max_length=500)


def registers_router(desk: Desk) -> APIRouter:
    """`GET`, `PUT` (JSON) and `POST` (the page's form) of `/sessions/{session_id}/register`."""
    router = APIRouter(prefix="/sessions/{session_id}")
    keeper = Depends(desk.access.allow(FACILITATOR, COORDINATOR))

    async def record(session_id: UUID, entries: Sequence[Entry], member: Member) -> None:
        async with desk.transaction() as work:
            changes = await record_register(
                session_id=session_id,
                entries=entries,
                recorded_by=member.id,
                programmes=desk.programmes,
                repositories=work.repositories,
                now=desk.now(),
            )
            await work.announce(changes)

    @router.put("/register")
    async def put_register(session_id: UUID, body: RegisterBody, member: Annotated[Member, keeper]) -> RegisterSheet:
        """Record the register; the same again changes nothing, another one corrects it."""
        await sheet_for(desk, session_id, member)
        with in_plain_words():
            entries = [Entry(participant_id=one.participant_id, status=one.status) for one in body.entries]
            await record(session_id, entries, member)
        return await sheet_for(desk, session_id, member)

    @router.get("/register", response_model=RegisterSheet)
    async def get_register(
        request: Request, session_id: UUID, member: Annotated[Member, keeper], *, recorded: bool = False
    ) -> RegisterSheet | Response:
        """The register, recorded or still to be."""
        sheet = await sheet_for(desk, session_id, member)
        if wants_page(request):
            return desk.pages.render(request, "register.html", member=member, sheet=sheet, now=desk.now(), recorded=recorded)
        return sheet

    @router.post("/register", include_in_schema=False)
    async def post_register(request: Request, session_id: UUID, member: Annotated[Member, keeper]) -> Response:
        """Take the page's form."""
        sheet = await sheet_for(desk, session_id, member)
        form = await request.form()
        chosen = {line.participant_id: str(form.get(f"status-{line.participant_id}", "")) for line in sheet.lines}
        errors = [
            FieldError(f"status-{line.participant_id}", f"{line.display_name or 'Status'} must be present, absent or excused")
            for line in sheet.lines
            if chosen[line.participant_id] not in STATUSES
        ]
        if not errors:
            try:
                await record(session_id, [Entry(participant_id=one, status=chosen[one]) for one in chosen], member)
                return RedirectResponse(f"{request.url.path}?recorded=true", status_code=303)
            except BrokenRuleError as broken:
                errors = [FieldError("register", broken.sentence)]
        return desk.pages.render(
            request,
            "register.html",
            status_code=422,
            member=member,
            sheet=sheet,
            now=desk.now(),
            chosen=chosen,
            errors=errors,
        )

    return router
