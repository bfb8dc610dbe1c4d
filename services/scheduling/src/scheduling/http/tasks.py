"""Tasks for staff: the list, taking one on, and what was done."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, HTTPException, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, Field

from page_base.pages import FieldError
from scheduling.domain.broken_rule import BrokenRuleError
from scheduling.domain.tasks import KINDS, Step
from scheduling.http.desk import (
    CLINICIAN,
    COORDINATOR,
    FACILITATOR,
    Desk,
    in_plain_words,
    require_site,
    sites_seen_by,
    wants_page,
)
from scheduling.use_cases.look_up_tasks import ShownTask
from scheduling.use_cases.see_to_task import NotTheirTaskError, SeenTo, UnknownTaskError, see_to_task
from service_kit.access import ADMIN, Member

NO_TASK = "There is no task with this task_id."


class TaskList(BaseModel):
    """Tasks: the unfinished, urgent and earliest due first; or those that are done or not needed any more, latest first."""

    tasks: list[ShownTask]


class SeenToBody(BaseModel):
    """A step: `status` acknowledged, or done with its outcome."""

    status: str = Field(max_length=20)
    outcome: str = Field(default="", max_length=1000)


def tasks_router(desk: Desk) -> APIRouter:
    """`GET /tasks`, `PUT` and (the page's form) `POST /tasks/{task_id}`."""
    router = APIRouter()
    staff = Depends(desk.access.allow(FACILITATOR, COORDINATOR, CLINICIAN))

    async def shown(member: Member, *, unfinished: bool, set_aside: bool = False) -> list[ShownTask]:
        return await desk.reads.tasks(
            unfinished=unfinished, set_aside=set_aside, kinds=kinds_for(member), sites=sites_seen_by(member)
        )

    @router.get("/tasks", response_model=TaskList)
    async def get_tasks(
        request: Request, member: Annotated[Member, staff], *, finished: bool = False, set_aside: bool = False
    ) -> TaskList | Response:
        """The tasks that somebody of this member's role and sites may see to.

        `set_aside` are unfinished ones about somebody who has died or was erased.
        """
        found = await shown(member, unfinished=not finished, set_aside=set_aside)
        if wants_page(request):
            return page(request, member, found, finished=finished, set_aside=set_aside)
        return TaskList(tasks=found)

    @router.put("/tasks/{task_id}")
    async def put_task(task_id: UUID, body: SeenToBody, member: Annotated[Member, staff]) -> ShownTask:
        """Take a task on, or say what was done."""
        with in_plain_words():
            return await _take_step(desk, member, SeenTo(task_id=task_id, status=body.status, outcome=body.outcome))

    @router.post("/tasks/{task_id}", include_in_schema=False)
    async def post_task(request: Request, task_id: UUID, member: Annotated[Member, staff]) -> Response:
        """Take the page's form."""
        form = await request.form()
        seen_to = SeenTo(task_id=task_id, status=str(form.get("status", "")), outcome=str(form.get("outcome", "")))
        try:
            await _take_step(desk, member, seen_to)
        except BrokenRuleError as broken:
            errors = [FieldError(f"outcome-{task_id}", broken.sentence)]
            return page(request, member, await shown(member, unfinished=True), finished=False, errors=errors)
        return RedirectResponse("/scheduling/tasks", status_code=303)

    def page(request: Request, member: Member, found: list[ShownTask], **context: Any) -> Response:
        return desk.pages.render(
            request,
            "tasks.html",
            status_code=422 if context.get("errors") else 200,
            member=member,
            tasks=found,
            now=desk.now(),
            **context,
        )

    return router


async def _take_step(desk: Desk, member: Member, seen_to: SeenTo) -> ShownTask:
    before = await desk.reads.task(seen_to.task_id)
    if before is None:
        raise HTTPException(404, NO_TASK)
    require_site(member, before.site_id)
    step = Step(by=member.id, name=member.name, at=desk.now())
    role = None if member.role == ADMIN else member.role
    try:
        async with desk.transaction() as work:
            await see_to_task(seen_to=seen_to, step=step, role=role, repositories=work.repositories)
    except UnknownTaskError:
        raise HTTPException(404, NO_TASK) from None
    except NotTheirTaskError:
        raise HTTPException(403, f"This task is for the role {' or '.join(KINDS[before.kind].roles)}.") from None
    return await desk.reads.task(seen_to.task_id) or before


def kinds_for(member: Member) -> list[str]:
    """The kinds of tasks that somebody of this role may see to."""
    return [code for code, kind in KINDS.items() if member.role == ADMIN or member.role in kind.roles]
