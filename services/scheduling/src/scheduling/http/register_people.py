"""What is entered about one person in a session, as forms: for who has no JavaScript, and for corrections after the sign-off."""

from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, HTTPException, Request, Response
from fastapi.responses import RedirectResponse

from page_base.pages import FieldError
from scheduling.domain.broken_rule import BrokenRuleError
from scheduling.domain.register_contents import CLOSE_ATTENTION, EXERCISE, GOALS, INCIDENT, REVIEW, content_from
from scheduling.domain.register_entries import NewEntry
from scheduling.http.desk import COORDINATOR, FACILITATOR, Desk, sheet_for, staff_of
from scheduling.use_cases.keep_register_entries import keep_register_entries
from scheduling.use_cases.look_up_register import RegisterLine, RegisterSheet
from service_kit.access import Member
from service_kit.ids import new_id

NOT_HERE = "There is nobody with this participant_id on this register."
_FIELDS: Mapping[str, tuple[str, ...]] = {
    EXERCISE: ("station", "level", "repetitions", "seconds", "effort", "pain", "note"),
    GOALS: ("goals", "action_plan"),
    REVIEW: ("goals_met", "review"),
    INCIDENT: ("incident", "what", "done"),
    CLOSE_ATTENTION: ("close_attention",),
}
_NUMBERS = ("repetitions", "seconds", "effort", "pain")


def register_people_router(desk: Desk) -> APIRouter:
    """`GET` and `POST /sessions/{session_id}/register/people/{participant_id}`."""
    router = APIRouter(prefix="/sessions/{session_id}/register/people/{participant_id}")
    keeper = Depends(desk.access.allow(FACILITATOR, COORDINATOR))

    @router.get("", include_in_schema=False)
    async def get_person(request: Request, session_id: UUID, participant_id: UUID, member: Annotated[Member, keeper]) -> Response:
        """What was entered about one person, and the forms for more."""
        sheet = await sheet_for(desk, session_id, member)
        return _page(desk, request, member, sheet, _line_of(sheet, participant_id))

    @router.post("", include_in_schema=False)
    async def post_person(
        request: Request, session_id: UUID, participant_id: UUID, member: Annotated[Member, keeper]
    ) -> Response:
        """Take one of the forms."""
        sheet = await sheet_for(desk, session_id, member)
        line = _line_of(sheet, participant_id)
        form = await request.form()
        kind = str(form.get("kind", ""))
        try:
            entry = _entry(kind, {name: str(form.get(name, "")) for name in (*_FIELDS.get(kind, ()), "reason")}, line)
            async with desk.transaction() as work:
                kept = await keep_register_entries(
                    session_id=session_id,
                    entries=[entry],
                    by=staff_of(member),
                    programmes=desk.programmes,
                    repositories=work.repositories,
                    now=desk.now(),
                    new_id=new_id,
                )
                await work.announce(kept.changes)
        except BrokenRuleError as broken:
            return _page(desk, request, member, sheet, line, kind=kind, form=form, errors=[_error(kind, broken)])
        if sentence := kept.taken[0].sentence:
            refused = FieldError(f"{kind}-{sentence.partition(' ')[0]}", sentence)
            return _page(desk, request, member, sheet, line, kind=kind, form=form, errors=[refused])
        return RedirectResponse(request.url.path, status_code=303)

    return router


def _page(desk: Desk, request: Request, member: Member, sheet: RegisterSheet, line: RegisterLine, **context: Any) -> Response:
    return desk.pages.render(
        request,
        "register_person.html",
        status_code=422 if context.get("errors") else 200,
        member=member,
        sheet=sheet,
        line=line,
        **context,
    )


def _line_of(sheet: RegisterSheet, participant_id: UUID) -> RegisterLine:
    for line in sheet.lines:
        if line.participant_id == participant_id:
            return line
    raise HTTPException(404, NOT_HERE)


def _entry(kind: str, values: Mapping[str, str], line: RegisterLine) -> NewEntry:
    content: dict[str, Any] = {name: _number(name, text) if name in _NUMBERS else text for name, text in values.items()}
    reason = content.pop("reason", "")
    if kind == CLOSE_ATTENTION:
        content = {"close_attention": content["close_attention"] == "yes"}
    seen = {GOALS: line.goals, REVIEW: line.review, CLOSE_ATTENTION: line.flag}.get(kind)
    return NewEntry(
        entry_id=new_id(),
        kind=kind,
        content=content_from(kind, content),
        participant_id=line.participant_id,
        replaces=seen.entry_id if seen else None,
        reason=reason,
    )


def _number(name: str, text: str) -> int | float | None:
    if not text.strip():
        return None
    try:
        number = float(text)
    except ValueError:
        raise BrokenRuleError(name, f"{name} must be a number.") from None
    return int(number) if number.is_integer() else number


def _error(kind: str, broken: BrokenRuleError) -> FieldError:
    return FieldError(f"{kind}-{broken.field}", broken.sentence)
