"""Wiring."""

import asyncio
import json
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from typing import Any
from uuid import UUID

from fastapi import FastAPI
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncConnection

from enrolment.bars.answer import Answerer
from enrolment.channels import CHANNELS
from enrolment.channels.channel import Channel, Surroundings
from enrolment.channels.own_pages import OwnPages
from enrolment.channels.self_referral.expiry import expiry
from enrolment.channels.webhooks import WebhookDesk
from enrolment.domain.audit import Actor
from enrolment.domain.programmes import Programme, ProgrammeDataError, by_code, read_programme
from enrolment.domain.promises import Promise
from enrolment.domain.referrals import Referral
from enrolment.http.audit import audit_router
from enrolment.http.bars import BarsSettings, bars_router
from enrolment.http.change_page import ChangePage, change_page_router
from enrolment.http.compare_page import compare_router
from enrolment.http.corrections import corrections_router
from enrolment.http.deeds import deeds_router
from enrolment.http.erasures import erasures_router
from enrolment.http.exports import exports_router
from enrolment.http.merges import merges_router
from enrolment.http.near_matches import near_matches_router
from enrolment.http.organisations import Organisations, organisations_router
from enrolment.http.participants import JourneyPage, participants_router
from enrolment.http.people_steps import PeopleSteps, Step
from enrolment.http.promises import promises_router
from enrolment.http.review_queue import review_queue_router
from enrolment.http.reviews import reviews_router
from enrolment.http.standings import standings_router
from enrolment.http.webhook_page import webhook_page_router
from enrolment.http.webhooks import WebhookRoutes
from enrolment.http.wishes import wishes_router
from enrolment.messaging import publish
from enrolment.messaging.consume import Intake
from enrolment.messaging.deaths import Deaths
from enrolment.messaging.direct import DirectIntake
from enrolment.messaging.nomination_door import NominationDoor
from enrolment.messaging.nominations import Nominating
from enrolment.messaging.progress import Progress
from enrolment.messaging.promises import Promising
from enrolment.messaging.replies import Replies
from enrolment.providers.promised_referrals import PromisedReferrals
from enrolment.providers.webhooks import WebhookPost
from enrolment.settings import EnrolmentSettings
from enrolment.storage import audit
from enrolment.storage.bank_holidays import load_bank_holidays
from enrolment.storage.bulk import BulkRepository, next_unfinished_at
from enrolment.storage.erasure import ErasureRepository
from enrolment.storage.export import ExportRepository
from enrolment.storage.forms import confirmations_by_id
from enrolment.storage.nominations import NominationRepository, next_lapse_at, stand_ins_by_id
from enrolment.storage.own_page import OwnPageRepository
from enrolment.storage.preferences import wishes_of
from enrolment.storage.progress import ProgressRepository
from enrolment.storage.promises import PromiseRepository, next_due_at
from enrolment.storage.rate_limits import RateLimit
from enrolment.storage.repositories import IntakeRepository, participants_by_id
from enrolment.use_cases.export_person import Export, export_person
from enrolment.use_cases.fetch_promised import Fetching, PromiseDesk, fetch_promised
from enrolment.use_cases.gather_deeds import Deeds, gather_deeds
from enrolment.use_cases.outcome import StepTaken
from enrolment.use_cases.receive_referral import Rules
from enrolment.use_cases.review_referral import Reviewer, ask_for_more, review_referral
from page_base.installation import install
from page_base.pages import Pages
from service_kit import command, outbox
from service_kit.due import DueWork
from service_kit.ids import new_id
from service_kit.service import Service

NAME = "enrolment"
OTHER_PARTS = (("Sessions", "scheduling"), ("Results", "outcomes"), ("Messages", "notifications"))


def build(settings: EnrolmentSettings | None = None, channels: Sequence[Channel] = CHANNELS) -> FastAPI:
    """Return the service's app; ProgrammeDataError if a programme's data can't be used."""
    settings = settings or EnrolmentSettings()
    service = Service(name=NAME, settings=settings)
    programmes = load_programmes()
    if settings.bars_programme not in programmes:
        raise ProgrammeDataError("LIMBER_BARS_PROGRAMME names no programme")
    names = {programme.code: programme.name for programme in programmes.values()}
    pages = Pages(f"{NAME}.http")
    rules = Rules(programmes=programmes, in_production=settings.in_production)

    def limit(name: str, per_second: float, burst: int) -> RateLimit:
        return RateLimit(engine=service.engine, name=name, per_second=per_second, burst=burst)

    organisations = Organisations(
        engine=service.engine,
        limit=limit("organisations", settings.organisation_requests_per_second, settings.organisation_burst),
        real_now=service.clock.real_now,
    )
    nominating = Nominating(rules=rules, store=NominationRepository, new_id=new_id, new_token=_new_token)
    door = NominationDoor(
        nominating=nominating,
        transaction=service.transaction,
        receipts=_repository,
        files=BulkRepository,
        now=service.clock.now,
        real_now=service.clock.real_now,
    )
    webhooks = WebhookDesk(
        transaction=service.transaction,
        post=WebhookPost(allowed=settings.webhook_private_hosts, real_now=service.clock.real_now),
        allowed=settings.webhook_private_hosts,
        new_id=new_id,
        now=service.clock.now,
    )
    around = Surroundings(
        nominating=nominating,
        deaths=Deaths(store=_repository),
        door=door,
        organisations=organisations,
        transaction=service.transaction,
        reading=service.engine.connect,
        files=BulkRepository,
        access=service.access,
        pages=pages,
        programmes=names,
        now=service.clock.now,
        own=OwnPages(
            transaction=service.transaction,
            reading=service.engine.connect,
            rules=rules,
            now=service.clock.now,
            new_id=new_id,
            new_token=_new_token,
            pages=pages,
            access=service.access,
            limit=limit,
        ),
    )
    intake = Intake(
        rules=rules,
        bars_versions=settings.bars_versions,
        bars_programme=settings.bars_programme,
        store=_repository,
        new_id=new_id,
        more=tuple(reaction for channel in channels for reaction in channel.reactions(around)),
    )
    promising = Promising(intake=intake, store=PromiseRepository, clock=service.clock)
    direct = DirectIntake(transaction=service.transaction, clock=service.clock, rules=rules, store=_repository, new_id=new_id)

    async def review(referral_id: UUID, *, accept: bool, note: str, reviewer: Reviewer, now: datetime) -> Referral:
        async with service.transaction() as conn:
            outcome = await review_referral(
                referral_id, accept=accept, note=note, reviewer=reviewer, store=_repository(conn, now), now=now, new_id=new_id
            )
            await outbox.add(conn, list(publish.events_of(outcome, because=None)))
        return outcome.referrals[0]

    async def ask(referral_id: UUID, *, question: str, reviewer: Reviewer, now: datetime) -> None:
        async with service.transaction() as conn:
            store = _repository(conn, now)
            asked = await ask_for_more(referral_id, question=question, reviewer=reviewer, store=store, now=now)
            await outbox.add(conn, list(publish.events_of_question(asked)))

    async def take(step: Step) -> StepTaken:
        async with service.transaction() as conn:
            now = service.clock.now()
            taken = await step(ErasureRepository(conn, now=now), now)
            await outbox.add(conn, list(publish.events_of_step(taken, because=None)))
        return taken

    async def try_again(promise_id: UUID) -> Promise | None:
        async with service.transaction() as conn:
            return await PromiseRepository(conn).try_again(promise_id, real_now=service.clock.real_now())

    export, gather = _gathering(service)
    engine, access = service.engine, service.access
    journey_page = JourneyPage(engine=engine, pages=pages, programmes=names, others=OTHER_PARTS)
    joints = tuple(sorted({joint for programme in programmes.values() for joint in programme.joints}))
    change_page = ChangePage(engine=engine, pages=pages, programmes=names, joints=joints)
    people_steps = PeopleSteps(
        access=access, page=change_page, take=take, new_id=new_id, joints=joints, in_production=settings.in_production
    )
    app = service.app(
        consumers=[
            replace(intake, more=(*intake.more, *promising.reactions())).consumer(),
            Progress(store=ProgressRepository, tell=webhooks.tell_in).consumer(),
            Replies(store=_wishes).consumer(),
        ],
        routers=[
            participants_router(engine=engine, access=access, pages=pages, journey_page=journey_page),
            reviews_router(
                engine=engine, access=access, journey_page=journey_page, review=review, ask=ask, now=service.clock.now
            ),
            review_queue_router(
                engine=engine,
                access=access,
                pages=pages,
                programmes=names,
                bank_holidays=load_bank_holidays(settings.bank_holidays),
                now=service.clock.now,
            ),
            corrections_router(people_steps),
            standings_router(people_steps),
            wishes_router(people_steps),
            merges_router(people_steps),
            erasures_router(people_steps),
            exports_router(access=access, export=export),
            change_page_router(change_page, access=access),
            near_matches_router(engine=engine, access=access),
            compare_router(engine=engine, access=access, pages=pages),
            deeds_router(engine=engine, access=access, pages=pages, gather=gather),
            audit_router(engine=engine, access=access, nominating=[channel.name for channel in channels if channel.nominates]),
            organisations_router(organisations),
            WebhookRoutes(organisations=organisations, webhooks=webhooks, open_store=webhooks.open_store).router(),
            webhook_page_router(access=access, pages=pages, webhooks=webhooks, open_store=webhooks.open_store),
            *(router for channel in channels for router in channel.routers(around)),
            promises_router(engine=engine, access=access, try_again=try_again),
            bars_router(
                settings=_bars_settings(settings),
                organisations=organisations,
                take=direct.take,
                now=service.clock.now,
                new_id=new_id,
            ),
        ],
        due_work=[
            DueWork(name="files", run=door.do_portion, next_due_at=next_unfinished_at),
            DueWork(name="nominations that lapse", run=door.lapse, next_due_at=next_lapse_at),
            webhooks.due_work(),
            _fetching(service, promising, settings),
            expiry(around.own),
        ],
        current={publish.CONTACT: _contacts, publish.PERSON: _people},
    )
    install(app, service=NAME, pages=pages, verify=service.access.verify)
    return app


def load_programmes() -> Mapping[str, Programme]:
    """Read every programme that the package carries; ProgrammeDataError names the file and what is wrong with it."""
    found = []
    for file in sorted((files(NAME) / "programmes").iterdir(), key=lambda each: each.name):
        if file.name.endswith(".toml"):
            try:
                found.append(read_programme(file.read_text(encoding="utf-8")))
            except ProgrammeDataError as error:
                raise ProgrammeDataError(f"{file.name}: {error}") from None
    return by_code(found)


def main() -> None:
    """Be `python -m enrolment`."""
    command.run(name=NAME, build=build, settings=EnrolmentSettings, migrations=_migrations())


def _migrations() -> Path:
    packaged = Path(__file__).parent / "migrations"
    return packaged if packaged.is_dir() else Path(__file__).parents[2] / "migrations"


def _new_token() -> str:
    return secrets.token_urlsafe(32)


def _gathering(
    service: Service,
) -> tuple[Callable[[UUID, Actor], Awaitable[Export]], Callable[[UUID], Awaitable[Deeds]]]:
    """Return what gathers all that is kept of a person, and all that anybody did to them, from the four services."""

    async def ask_others(ids: Sequence[UUID]) -> dict[str, Any]:
        question = json.dumps([str(each) for each in ids]).encode()
        replies = await asyncio.gather(*(service.ask(f"export.{name}", question) for _, name in OTHER_PARTS))
        return {name: None if reply is None else json.loads(reply) for (_, name), reply in zip(OTHER_PARTS, replies, strict=True)}

    async def export(participant_id: UUID, actor: Actor) -> Export:
        async with service.transaction() as conn:
            return await export_person(
                participant_id, actor=actor, store=ExportRepository(conn), others=ask_others, now=service.clock.now()
            )

    async def gather(participant_id: UUID) -> Deeds:
        async with service.engine.connect() as conn:
            family = await ExportRepository(conn).family(participant_id)
            own = await audit.of_participant(conn, participant_id)
            staff = await audit.staff(conn)
        return await gather_deeds(family, own=own, others=ask_others, staff=staff)

    return export, gather


def _fetching(service: Service, promising: Promising, settings: EnrolmentSettings) -> DueWork:
    tokens = json.loads(settings.fetch_tokens_file.read_text()) if settings.fetch_tokens_file else {}

    @asynccontextmanager
    async def open_desk() -> AsyncIterator[PromiseDesk]:
        async with service.transaction() as conn:
            yield promising.desk(conn)

    fetching = Fetching(open_desk=open_desk, fetch=PromisedReferrals(tokens=tokens), real_now=service.clock.real_now)

    async def run(now: datetime) -> int:
        return await fetch_promised(fetching, now=now)

    async def next_due(conn: AsyncConnection) -> datetime | None:
        due = await next_due_at(conn)
        return None if due is None else due + service.clock.offset

    return DueWork(name="fetch promised referrals", run=run, next_due_at=next_due)


def _bars_settings(settings: EnrolmentSettings) -> BarsSettings:
    return BarsSettings(
        programme=settings.bars_programme,
        versions=settings.bars_versions,
        core_versions=settings.bars_core_versions,
        use_cases=settings.bars_use_cases,
        answerer=Answerer(name=settings.bars_name, address=f"{settings.public_url}/{NAME}/fhir"),
        software_version=version("limber-enrolment"),
    )


def _repository(conn: AsyncConnection, now: datetime) -> IntakeRepository:
    return IntakeRepository(conn, now=now)


def _wishes(conn: AsyncConnection, now: datetime) -> OwnPageRepository:
    return OwnPageRepository(conn, now=now)


async def _contacts(conn: AsyncConnection, ids: Sequence[str]) -> Mapping[str, BaseModel | None]:
    participants = await participants_by_id(conn, ids)
    known = publish.contacts_of(participants, await wishes_of(conn, [each.id for each in participants]))
    stand_ins = [each for each in ids if each not in known]
    if not stand_ins:
        return known
    nominated = publish.contacts_of_stand_ins(await stand_ins_by_id(conn, stand_ins))
    return known | nominated | publish.contacts_of_confirmations(await confirmations_by_id(conn, stand_ins))


async def _people(conn: AsyncConnection, ids: Sequence[str]) -> Mapping[str, BaseModel | None]:
    return publish.people_of(await participants_by_id(conn, ids))
