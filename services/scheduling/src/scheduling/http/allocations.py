"""Allocating a waiting list when staff ask for it."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, Field

from scheduling.domain.assignment import Worth
from scheduling.http.desk import COORDINATOR, Desk
from scheduling.use_cases.allocate_waiting_list import Allocated
from service_kit.access import Member


class AllocationBody(BaseModel):
    """Whose waiting list."""

    programme: str = Field(max_length=64)


class PlanWorth(BaseModel):
    """What a plan is worth: people placed, how long everybody will have waited at the least, and km travelled one way."""

    placed: int
    mean_wait_days: float
    km: float


class AllocationAnswer(BaseModel):
    """An allocation. `gap` is the distance from the optimum as a share, 0 is the optimum; `is_proven`: no plan is better.

    `given` of the places planned were given or offered: the others went to somebody else meanwhile.
    """

    programme: str
    waiting: int
    given: int
    plan: PlanWorth
    first_come_first_served: PlanWorth
    gap: float | None
    is_proven: bool
    seconds: float


def allocations_router(desk: Desk) -> APIRouter:
    """`POST /allocations` for programs, `POST /waiting/allocate` for the waiting list's button."""
    router = APIRouter()
    coordinator = Depends(desk.access.allow(COORDINATOR))

    @router.post("/allocations")
    async def post_allocation(body: AllocationBody, _: Annotated[Member, coordinator]) -> AllocationAnswer:
        """Give the whole waiting list of a programme what is free, together; nobody who has a place or an offer is moved."""
        return _answer(await desk.allocate(_known(desk, body.programme)))

    @router.post("/waiting/allocate", include_in_schema=False)
    async def post_button(request: Request, _: Annotated[Member, coordinator]) -> Response:
        """Take the button."""
        programme = _known(desk, str((await request.form()).get("programme", "")))
        done = await desk.allocate(programme)
        return RedirectResponse(f"/scheduling/waiting?programme={programme}&given={done.given}", HTTPStatus.SEE_OTHER)

    return router


def _known(desk: Desk, programme: str) -> str:
    if programme not in desk.programmes:
        raise HTTPException(HTTPStatus.UNPROCESSABLE_ENTITY, f"programme must be among {', '.join(sorted(desk.programmes))}.")
    return programme


def _answer(done: Allocated) -> AllocationAnswer:
    return AllocationAnswer(
        programme=done.programme,
        waiting=done.worth.waiting,
        given=done.given,
        plan=_worth(done.worth),
        first_come_first_served=_worth(done.as_they_came),
        gap=done.solution.gap,
        is_proven=done.solution.is_proven,
        seconds=done.seconds,
    )


def _worth(worth: Worth) -> PlanWorth:
    return PlanWorth(placed=worth.placed, mean_wait_days=round(worth.mean_wait, 1), km=worth.km)
