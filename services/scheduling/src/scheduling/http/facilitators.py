"""Facilitators and the credentials they hold."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, Field

from scheduling.domain.facilitators import Credential, Facilitator
from scheduling.domain.session_dates import LONDON
from scheduling.http.desk import CLINICIAN, COORDINATOR, FACILITATOR, Desk, in_plain_words, wants_page
from scheduling.http.facilitator_pages import facilitator_for, facilitator_page
from scheduling.http.training import today_at
from scheduling.use_cases.issue_credential import issue_credential, revoke_credential
from scheduling.use_cases.keep_facilitator import keep_facilitator
from service_kit.access import ADMIN, Member


class FacilitatorBody(BaseModel):
    """Somebody who leads or stands in. `kind`: clinician, exercise_professional or support_worker.

    No `sites` means all, no `availability` (such as mon-am, thu-pm, fri-eve) at any time. `member_id` is who signs in.
    """

    name: str = Field(max_length=200)
    kind: str = Field(max_length=32)
    sites: list[str] = Field(default=[], max_length=500)
    availability: list[str] = Field(default=[], max_length=21)
    member_id: UUID | None = None


class CredentialBody(BaseModel):
    """A credential. `kind` is the facilitator's own unless given; without `expires_on` it holds until it is revoked."""

    kind: str | None = Field(default=None, max_length=32)
    programmes: list[str] = Field(max_length=50)
    route: str = Field(max_length=32)
    prerequisites: list[str] = Field(max_length=50)
    issued_on: date
    expires_on: date | None = None


class CredentialAnswer(CredentialBody):
    """A credential as it is stored."""

    credential_id: UUID
    revoked_on: date | None
    training_day_id: UUID | None


class FacilitatorAnswer(FacilitatorBody):
    """A facilitator as stored."""

    facilitator_id: UUID
    credentials: list[CredentialAnswer]


class FacilitatorList(BaseModel):
    """Facilitators by their name."""

    facilitators: list[FacilitatorAnswer]


def facilitators_router(desk: Desk) -> APIRouter:
    """`GET /facilitators`, `GET` and `PUT /facilitators/{facilitator_id}`, and `PUT …/credentials/{credential_id}`."""
    router = APIRouter(prefix="/facilitators")
    reader = Depends(desk.access.allow(COORDINATOR, FACILITATOR, CLINICIAN))
    coordinator = Depends(desk.access.allow(COORDINATOR))

    @router.put("/{facilitator_id}")
    async def put_facilitator(
        facilitator_id: UUID, body: FacilitatorBody, _: Annotated[Member, coordinator]
    ) -> FacilitatorAnswer:
        """Make somebody known, or change who, where and when they are. Credentials stay as they are."""
        known_sites = {site.site_id for site in await desk.site_reads.sites()}
        facilitator = Facilitator(
            facilitator_id=facilitator_id,
            name=body.name,
            kind=body.kind,
            sites=tuple(sorted(set(body.sites))),
            availability=tuple(sorted(set(body.availability))),
            member_id=body.member_id,
        )
        with in_plain_words():
            async with desk.transaction() as work:
                kept = await keep_facilitator(facilitator=facilitator, known_sites=known_sites, repositories=work.repositories)
        return _answer(kept)

    @router.put("/{facilitator_id}/credentials/{credential_id}")
    async def put_credential(
        facilitator_id: UUID, credential_id: UUID, body: CredentialBody, _: Annotated[Member, coordinator]
    ) -> FacilitatorAnswer:
        """Give somebody a credential that no training day here issued; under a known credential_id nothing changes."""
        kind = body.kind or (await facilitator_for(desk, facilitator_id)).kind
        credential = Credential(
            credential_id=credential_id,
            kind=kind,
            programmes=tuple(sorted(set(body.programmes))),
            route=body.route,
            prerequisites=tuple(sorted(set(body.prerequisites))),
            issued_on=body.issued_on,
            expires_on=body.expires_on,
        )
        with in_plain_words():
            async with desk.transaction() as work:
                changed = await issue_credential(
                    facilitator_id=facilitator_id,
                    credential=credential,
                    programmes=desk.programmes,
                    repositories=work.repositories,
                )
        return _answer(changed)

    @router.post("/{facilitator_id}/credentials/{credential_id}/revoke")
    async def post_revoke(facilitator_id: UUID, credential_id: UUID, _: Annotated[Member, coordinator]) -> FacilitatorAnswer:
        """End a credential today. Cohorts keep their lead until somebody finds another."""
        with in_plain_words():
            async with desk.transaction() as work:
                changed = await revoke_credential(
                    facilitator_id=facilitator_id,
                    credential_id=credential_id,
                    on=desk.now().astimezone(LONDON).date(),
                    repositories=work.repositories,
                )
        return _answer(changed)

    @router.get("", response_model=FacilitatorList)
    async def get_facilitators(request: Request, member: Annotated[Member, reader]) -> FacilitatorList | Response:
        """Everybody."""
        known = await desk.site_reads.facilitators()
        if wants_page(request):
            return desk.pages.render(
                request,
                "facilitators.html",
                member=member,
                facilitators=known,
                names={site.site_id: site.name for site in await desk.site_reads.sites()},
                programmes=desk.programmes,
                today=today_at(desk),
                may_change=member.role in {COORDINATOR, ADMIN},
            )
        return FacilitatorList(facilitators=[_answer(one) for one in known])

    @router.get("/{facilitator_id}", response_model=FacilitatorAnswer)
    async def get_facilitator(
        request: Request, facilitator_id: UUID, member: Annotated[Member, reader]
    ) -> FacilitatorAnswer | Response:
        """One facilitator with their credentials."""
        known = await facilitator_for(desk, facilitator_id)
        return await facilitator_page(desk, request, member, known) if wants_page(request) else _answer(known)

    return router


def _answer(facilitator: Facilitator) -> FacilitatorAnswer:
    return FacilitatorAnswer(
        facilitator_id=facilitator.facilitator_id,
        name=facilitator.name,
        kind=facilitator.kind,
        sites=list(facilitator.sites),
        availability=list(facilitator.availability),
        member_id=facilitator.member_id,
        credentials=[
            CredentialAnswer(
                credential_id=one.credential_id,
                kind=one.kind,
                programmes=list(one.programmes),
                route=one.route,
                prerequisites=list(one.prerequisites),
                issued_on=one.issued_on,
                expires_on=one.expires_on,
                revoked_on=one.revoked_on,
                training_day_id=one.training_day_id,
            )
            for one in facilitator.credentials
        ],
    )
