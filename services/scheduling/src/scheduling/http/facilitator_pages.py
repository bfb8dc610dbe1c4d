"""Pages for coordinators about facilitators: who they are, where and when they work, and the credentials they hold."""

from http import HTTPStatus
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, HTTPException, Request, Response
from fastapi.datastructures import FormData
from fastapi.responses import RedirectResponse

from page_base.pages import FieldError
from scheduling.domain.broken_rule import BrokenRuleError
from scheduling.domain.facilitators import KINDS, Credential, Facilitator
from scheduling.domain.session_dates import LONDON, WEEKDAYS
from scheduling.domain.week import PARTS
from scheduling.http.desk import COORDINATOR, NO_FACILITATOR, Desk
from scheduling.http.form_values import day_of, id_of, needed_day, sent, text_of, texts_of
from scheduling.http.training import today_at
from scheduling.use_cases.issue_credential import issue_credential, revoke_credential
from scheduling.use_cases.keep_facilitator import keep_facilitator
from service_kit.access import ADMIN, Member
from service_kit.ids import new_id


def facilitator_forms_router(desk: Desk) -> APIRouter:
    """`GET`, `POST /facilitators/new` and `POST /facilitators/{facilitator_id}`, as the pages send them."""
    router = APIRouter(prefix="/facilitators")
    coordinator = Depends(desk.access.allow(COORDINATOR))

    @router.get("/new", include_in_schema=False)
    async def get_new(request: Request, member: Annotated[Member, coordinator]) -> Response:
        """An empty form."""
        return await facilitator_page(desk, request, member, None)

    @router.post("/new", include_in_schema=False)
    async def post_new(request: Request, member: Annotated[Member, coordinator]) -> Response:
        """Make somebody known."""
        form = await request.form()
        try:
            kept = await _keep(desk, new_id(), form)
        except BrokenRuleError as broken:
            return await facilitator_page(desk, request, member, None, broken=broken, form=form)
        return RedirectResponse(f"/scheduling/facilitators/{kept.facilitator_id}?done=true", HTTPStatus.SEE_OTHER)

    @router.post("/{facilitator_id}", include_in_schema=False)
    async def post_form(request: Request, facilitator_id: UUID, member: Annotated[Member, coordinator]) -> Response:
        """Take one of the page's forms: who they are, a credential, or the end of one."""
        known = await facilitator_for(desk, facilitator_id)
        form = await request.form()
        try:
            await _act(desk, known, form)
        except BrokenRuleError as broken:
            return await facilitator_page(desk, request, member, known, broken=broken, form=form)
        return RedirectResponse(f"/scheduling/facilitators/{facilitator_id}?done=true", HTTPStatus.SEE_OTHER)

    return router


async def facilitator_for(desk: Desk, facilitator_id: UUID) -> Facilitator:
    """One facilitator; 404 where they aren't known."""
    found = await desk.site_reads.facilitator(facilitator_id)
    if found is None:
        raise HTTPException(HTTPStatus.NOT_FOUND, NO_FACILITATOR)
    return found


async def facilitator_page(
    desk: Desk,
    request: Request,
    member: Member,
    facilitator: Facilitator | None,
    *,
    broken: BrokenRuleError | None = None,
    form: FormData | None = None,
) -> Response:
    """The page of one facilitator, or of a new one, with what was wrong with what it sent."""
    action = text_of(form, "action") if form is not None else ""
    return desk.pages.render(
        request,
        "facilitator.html",
        status_code=HTTPStatus.UNPROCESSABLE_ENTITY if broken else HTTPStatus.OK,
        member=member,
        facilitator=facilitator,
        may_change=member.role in {COORDINATOR, ADMIN},
        kinds=KINDS,
        sites=await desk.site_reads.sites(),
        members=await desk.site_reads.members(),
        weekdays=WEEKDAYS,
        parts=PARTS,
        programmes=desk.programmes,
        routes=sorted({route for one in desk.programmes.values() for route in one.training.routes}),
        prerequisites=sorted({each for one in desk.programmes.values() for each in one.training.prerequisites}),
        today=today_at(desk),
        done="done" in request.query_params,
        sent_details=sent(form) if form is not None and action == "details" else None,
        sent_credential=sent(form) if form is not None and action == "credential" else None,
        errors=[_error(action, broken)] if broken else [],
    )


def _error(action: str, broken: BrokenRuleError) -> FieldError:
    # Two forms of the page have fields of these names.
    field = f"credential-{broken.field}" if action == "credential" and broken.field == "kind" else broken.field
    return FieldError(field, broken.sentence)


async def _act(desk: Desk, known: Facilitator, form: FormData) -> None:
    action = text_of(form, "action")
    if action == "details":
        await _keep(desk, known.facilitator_id, form)
    elif action == "credential":
        await _issue(desk, known, form)
    elif action == "revoke":
        credential_id = id_of(form, "credential_id")
        async with desk.transaction() as work:
            await revoke_credential(
                facilitator_id=known.facilitator_id,
                credential_id=credential_id or known.facilitator_id,
                on=desk.now().astimezone(LONDON).date(),
                repositories=work.repositories,
            )
    else:
        raise BrokenRuleError("action", "action must be one of the page's buttons.")


async def _keep(desk: Desk, facilitator_id: UUID, form: FormData) -> Facilitator:
    facilitator = Facilitator(
        facilitator_id=facilitator_id,
        name=text_of(form, "name"),
        kind=text_of(form, "kind"),
        sites=texts_of(form, "sites"),
        availability=texts_of(form, "availability"),
        member_id=id_of(form, "member_id"),
    )
    known_sites = {site.site_id for site in await desk.site_reads.sites()}
    async with desk.transaction() as work:
        return await keep_facilitator(facilitator=facilitator, known_sites=known_sites, repositories=work.repositories)


async def _issue(desk: Desk, known: Facilitator, form: FormData) -> None:
    values: dict[str, Any] = {
        "kind": text_of(form, "credential-kind") or known.kind,
        "programmes": texts_of(form, "programmes"),
        "route": text_of(form, "route"),
        "prerequisites": texts_of(form, "prerequisites"),
        "issued_on": needed_day(form, "issued_on"),
        "expires_on": day_of(form, "expires_on"),
    }
    async with desk.transaction() as work:
        await issue_credential(
            facilitator_id=known.facilitator_id,
            credential=Credential(credential_id=new_id(), **values),
            programmes=desk.programmes,
            repositories=work.repositories,
        )
