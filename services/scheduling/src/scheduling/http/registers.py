"""The register of a session: whole or entry by entry for a program, and as a page that needs no JavaScript."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import AwareDatetime, BaseModel, Field

from page_base.pages import FieldError
from scheduling.domain.broken_rule import BrokenRuleError
from scheduling.domain.register_contents import content_from
from scheduling.domain.register_entries import REFUSED, NewEntry
from scheduling.domain.registers import EXCUSED, STATUSES, Entry
from scheduling.http.desk import CLINICIAN, COORDINATOR, FACILITATOR, Desk, in_plain_words, sheet_for, staff_of, wants_page
from scheduling.use_cases.keep_register_entries import Taken, keep_register_entries
from scheduling.use_cases.look_up_register import RegisterSheet
from scheduling.use_cases.record_register import WholeRegister, record_register
from service_kit.access import Member
from service_kit.ids import new_id


class EntryBody(BaseModel):
    """One line of a register; `status`: present, absent or excused, the latter with an excuse if one was given."""

    participant_id: UUID
    status: str = Field(max_length=20)
    excuse: str = Field(default="", max_length=300)


class RegisterBody(BaseModel):
    """A whole register: everybody in the cohort, once. After it was signed off a correction needs a reason."""

    entries: list[EntryBody] = Field(max_length=500)
    reason: str = Field(default="", max_length=300)
    sign_off: bool = False


class NewEntryBody(BaseModel):
    """An entry that a tablet made, under an id of its own choice; `replaces` is the entry that its maker saw in this place.

    `kind`: attendance, exercise, goals, review, close_attention, incident or sign_off; `content` says what, as the kind asks.
    """

    entry_id: UUID
    kind: str = Field(max_length=20)
    participant_id: UUID | None = None
    record_id: UUID | None = None
    replaces: UUID | None = None
    at: AwareDatetime | None = None
    reason: str = Field(default="", max_length=300)
    content: dict[str, Any] = {}


class NewEntriesBody(BaseModel):
    """What a tablet has to send, in the order in which it was entered."""

    entries: list[NewEntryBody] = Field(max_length=1000)


class TakenEntries(BaseModel):
    """What became of each entry (accepted, already, agreed, contested or refused), and the register as it is now."""

    taken: list[Taken]
    register_: RegisterSheet = Field(serialization_alias="register")


def registers_router(desk: Desk) -> APIRouter:
    """`/sessions/{session_id}/register`: `GET`, `PUT` (whole), `POST` (the page's form), `POST …/entries` (a tablet's)."""
    router = APIRouter(prefix="/sessions/{session_id}")
    keeper = Depends(desk.access.allow(FACILITATOR, COORDINATOR))
    reader = Depends(desk.access.allow(FACILITATOR, COORDINATOR, CLINICIAN))

    async def record(handed_in: WholeRegister, member: Member) -> None:
        async with desk.transaction() as work:
            changes = await record_register(
                handed_in=handed_in,
                by=staff_of(member),
                programmes=desk.programmes,
                repositories=work.repositories,
                now=desk.now(),
                new_id=new_id,
            )
            await work.announce(changes)

    @router.put("/register")
    async def put_register(session_id: UUID, body: RegisterBody, member: Annotated[Member, keeper]) -> RegisterSheet:
        """Record the register; the same again changes nothing, another one corrects it."""
        await sheet_for(desk, session_id, member)
        with in_plain_words():
            entries = [Entry(participant_id=one.participant_id, status=one.status, excuse=one.excuse) for one in body.entries]
            handed_in = WholeRegister(session_id=session_id, entries=entries, reason=body.reason, sign_off=body.sign_off)
            await record(handed_in, member)
        return await sheet_for(desk, session_id, member)

    @router.post("/register/entries")
    async def post_entries(session_id: UUID, body: NewEntriesBody, member: Annotated[Member, keeper]) -> TakenEntries:
        """Take what a tablet entered, each entry once however often it is sent; one that breaks a rule is refused by itself."""
        await sheet_for(desk, session_id, member)
        entries, refused = _read(body.entries)
        with in_plain_words():
            async with desk.transaction() as work:
                kept = await keep_register_entries(
                    session_id=session_id,
                    entries=entries,
                    by=staff_of(member),
                    programmes=desk.programmes,
                    repositories=work.repositories,
                    now=desk.now(),
                    new_id=new_id,
                )
                await work.announce(kept.changes)
        return TakenEntries(taken=[*kept.taken, *refused], register_=await sheet_for(desk, session_id, member))

    @router.get("/register", response_model=RegisterSheet)
    async def get_register(
        request: Request, session_id: UUID, member: Annotated[Member, reader], *, recorded: bool = False
    ) -> RegisterSheet | Response:
        """The register, recorded or still to be."""
        sheet = await sheet_for(desk, session_id, member)
        if wants_page(request):
            return await page(request, member, sheet, recorded=recorded)
        return sheet

    @router.post("/register", include_in_schema=False)
    async def post_register(request: Request, session_id: UUID, member: Annotated[Member, keeper]) -> Response:
        """Take the page's form."""
        sheet = await sheet_for(desk, session_id, member)
        form = await request.form()
        chosen = {line.participant_id: str(form.get(f"status-{line.participant_id}", "")) for line in sheet.lines}
        excuses = {line.participant_id: str(form.get(f"excuse-{line.participant_id}", "")) for line in sheet.lines}
        reason = str(form.get("reason", ""))
        errors = _errors_of_form(sheet, chosen, form)
        if not errors:
            entries = [
                Entry(participant_id=one, status=chosen[one], excuse=excuses[one] if chosen[one] == EXCUSED else "")
                for one in chosen
            ]
            try:
                signs = form.get("sign_off") == "yes"
                await record(WholeRegister(session_id=session_id, entries=entries, reason=reason, sign_off=signs), member)
                return RedirectResponse(f"{request.url.path}?recorded=true", status_code=303)
            except BrokenRuleError as broken:
                errors = [FieldError("reason" if broken.field == "reason" else "register", broken.sentence)]
        return await page(request, member, sheet, chosen=chosen, excuses=excuses, reason=reason, errors=errors)

    async def page(request: Request, member: Member, sheet: RegisterSheet, **context: Any) -> Response:
        return desk.pages.render(
            request,
            "register.html",
            status_code=422 if context.get("errors") else 200,
            member=member,
            sheet=sheet,
            now=desk.now(),
            history=await desk.reads.register_history(sheet.session_id),
            **context,
        )

    return router


def _read(bodies: Sequence[NewEntryBody]) -> tuple[list[NewEntry], list[Taken]]:
    entries: list[NewEntry] = []
    refused: list[Taken] = []
    for body in bodies:
        try:
            entries.append(
                NewEntry(
                    entry_id=body.entry_id,
                    kind=body.kind,
                    content=content_from(body.kind, body.content),
                    participant_id=body.participant_id,
                    record_id=body.record_id,
                    replaces=body.replaces,
                    at=body.at,
                    reason=body.reason,
                )
            )
        except BrokenRuleError as broken:
            refused.append(Taken(entry_id=body.entry_id, result=REFUSED, sentence=broken.sentence))
    return entries, refused


def _errors_of_form(sheet: RegisterSheet, chosen: Mapping[UUID, str], form: Mapping[str, Any]) -> list[FieldError]:
    errors = []
    for line in sheet.lines:
        field, who = f"status-{line.participant_id}", line.display_name or "Status"
        seen = str(form.get(f"seen-{line.participant_id}", ""))
        stands = str(line.mark.entry_id) if line.mark else ""
        if chosen[line.participant_id] not in STATUSES:
            errors.append(FieldError(field, f"{who} must be present, absent or excused"))
        elif line.mark and seen != stands and chosen[line.participant_id] != line.status:
            errors.append(
                FieldError(field, f"{who} was marked {line.status} by {line.mark.by} after you opened this page: choose again")
            )
    return errors
