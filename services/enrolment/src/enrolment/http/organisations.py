"""Naming the organisations that send."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Protocol

from fastapi import APIRouter, Depends, Path
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from service_kit.access import Access


class Organisation(BaseModel):
    """An organisation that sends on one channel."""

    model_config = ConfigDict(hide_input_in_errors=True)

    channel: str
    code: str
    name: str


class OrganisationName(BaseModel):
    """What it is called."""

    model_config = ConfigDict(hide_input_in_errors=True)

    name: str = Field(min_length=1, max_length=200, pattern=r"^[^\x00]*\S[^\x00]*$")


class NameOrganisation(Protocol):
    """Names an organisation in a transaction of its own."""

    async def __call__(self, *, channel: str, code: str, name: str, now: datetime) -> None: ...


Channel = Annotated[str, Path(pattern=r"^[a-z]{1,20}$")]
Code = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{1,20}$")]


def organisations_router(
    *, engine: AsyncEngine, access: Access, name_organisation: NameOrganisation, now: Callable[[], datetime]
) -> APIRouter:
    """`GET /enrolment/organisations`, `PUT /enrolment/organisations/{channel}/{code}`."""
    router = APIRouter()

    @router.get("/organisations", dependencies=[Depends(access.allow("coordinator", "clinician"))])
    async def organisations() -> list[Organisation]:
        """Every organisation that has been named."""
        async with engine.connect() as conn:
            rows = (await conn.execute(text("SELECT channel, code, name FROM organisations ORDER BY channel, code"))).mappings()
            return [Organisation(**row) for row in rows]

    @router.put("/organisations/{channel}/{code}", dependencies=[Depends(access.allow("admin"))])
    async def put(channel: Channel, code: Code, body: OrganisationName) -> Organisation:
        """Name an organisation; again with another name renames it."""
        await name_organisation(channel=channel, code=code, name=body.name, now=now())
        return Organisation(channel=channel, code=code, name=body.name.strip())

    return router
