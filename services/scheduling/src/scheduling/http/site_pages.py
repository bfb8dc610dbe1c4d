"""The page of one site, and its buttons: ticking the check-list, going live, pausing."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Request, Response
from fastapi.responses import RedirectResponse

from page_base.pages import FieldError
from scheduling.domain.broken_rule import BrokenRuleError
from scheduling.domain.session_dates import LONDON
from scheduling.domain.sites import CHECKLIST, Site
from scheduling.http.desk import COORDINATOR, NO_SITE, Desk, require_site
from scheduling.use_cases.keep_site import keep_site
from scheduling.use_cases.tick_checklist import tick_checklist
from service_kit.access import ADMIN, Member


def site_forms_router(desk: Desk) -> APIRouter:
    """`POST /sites/{site_id}/checklist/{item}` and `POST /sites/{site_id}/status`, as the page sends them."""
    router = APIRouter()
    coordinator = Depends(desk.access.allow(COORDINATOR))

    @router.post("/sites/{site_id}/checklist/{item}", include_in_schema=False)
    async def post_item(request: Request, site_id: str, item: str, member: Annotated[Member, coordinator]) -> Response:
        """Take the page's button: done today, or not done after all."""
        require_site(member, site_id)
        await site_for(desk, site_id)
        done = (await request.form()).get("done") == "yes"
        today: date | None = desk.now().astimezone(LONDON).date() if done else None
        try:
            async with desk.transaction() as work:
                changes = await tick_checklist(
                    site_id=site_id, item=item, done_on=today, repositories=work.repositories, now=desk.now()
                )
                await work.announce(changes)
        except BrokenRuleError as broken:
            return site_page(desk, request, member, await site_for(desk, site_id), broken)
        return RedirectResponse(f"/scheduling/sites/{site_id}", status_code=303)

    @router.post("/sites/{site_id}/status", include_in_schema=False)
    async def post_status(request: Request, site_id: str, member: Annotated[Member, coordinator]) -> Response:
        """Take the page's button: go live, or pause."""
        require_site(member, site_id)
        await site_for(desk, site_id)
        status = str((await request.form()).get("status", ""))
        try:
            async with desk.transaction() as work:
                changes = await keep_site(
                    site_id=site_id,
                    entries={"status": status},
                    divisions=desk.bank_holidays.keys(),
                    offering=desk.offering,
                    repositories=work.repositories,
                    now=desk.now(),
                )
                await work.announce(changes)
        except BrokenRuleError as broken:
            return site_page(desk, request, member, await site_for(desk, site_id), broken)
        return RedirectResponse(f"/scheduling/sites/{site_id}", status_code=303)

    return router


async def site_for(desk: Desk, site_id: str) -> Site:
    """One site; 404 where it isn't known."""
    site = await desk.site_reads.site(site_id)
    if site is None:
        raise HTTPException(404, NO_SITE)
    return site


def site_page(desk: Desk, request: Request, member: Member, site: Site, broken: BrokenRuleError | None = None) -> Response:
    """The page, with what was wrong with what it sent."""
    return desk.pages.render(
        request,
        "site.html",
        status_code=422 if broken else 200,
        member=member,
        site=site,
        items=CHECKLIST,
        may_change=member.role in {COORDINATOR, ADMIN},
        errors=[FieldError("item", broken.sentence)] if broken else [],
    )
