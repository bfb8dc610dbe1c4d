"""Wiring: settings, database, broker, use cases and pages become one running service."""

import secrets
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from uuid import UUID

from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncConnection

from outcomes.domain.assessment import Assessment, Given
from outcomes.domain.concerns import Concern
from outcomes.domain.feeds import Feed
from outcomes.domain.instruments.instrument import Answers
from outcomes.domain.questionnaire import Questionnaire
from outcomes.domain.signposting import Directory, Signposting
from outcomes.http import (
    audit,
    concerns,
    directory,
    entry,
    feeds,
    journey,
    links,
    measures,
    own_part,
    paper,
    participant,
    reports,
    signposts,
    work_list,
)
from outcomes.http.languages import ENGLISH, LANGUAGES, read_languages
from outcomes.http.wording import WrongWordingError, read_wording
from outcomes.messaging.consume import consumers
from outcomes.messaging.publish import OutboxAnnouncer
from outcomes.providers.feeds import Feeds
from outcomes.providers.openactive import Reader, read_vocabulary
from outcomes.settings import Settings
from outcomes.storage import drafts
from outcomes.storage.directory import WrongDirectoryError, read_directory
from outcomes.storage.directory_records import DirectoryRecords, next_page
from outcomes.storage.export import export_of
from outcomes.storage.own_links import own_things
from outcomes.storage.reads import Reads, next_closing, next_opening, next_reminder
from outcomes.storage.reports import ReportRecords, next_count
from outcomes.storage.repositories import Records
from outcomes.storage.time_points import WrongTimePointsError, read_time_points
from outcomes.storage.unit_costs import WrongUnitCostsError, read_unit_costs
from outcomes.use_cases.acknowledge_concern import Acknowledgement, acknowledge_concern
from outcomes.use_cases.ask_questionnaires import Plans
from outcomes.use_cases.change_link import change_link
from outcomes.use_cases.close_missed import close_missed
from outcomes.use_cases.fold_reports import fold_reports
from outcomes.use_cases.harvest_feeds import Harvesting, harvest_feeds
from outcomes.use_cases.open_due_questionnaires import open_due_questionnaires
from outcomes.use_cases.record_answers import AnswersGiven, record_answers
from outcomes.use_cases.record_taken_up import TakenUp, record_taken_up
from outcomes.use_cases.remind import remind
from outcomes.use_cases.save_draft import Draft, save_draft
from outcomes.use_cases.upload_directory import Answered, upload_directory
from outcomes.use_cases.views import DirectoryEntry, OwnThings
from page_base.installation import install
from page_base.pages import Pages
from service_kit.command import run
from service_kit.due import DueWork, soon
from service_kit.ids import new_id
from service_kit.service import Service

NAME = "outcomes"
# In a wheel the migrations lie inside the package, in a checkout beside `src`.
MIGRATIONS = next(
    path for path in (Path(__file__).parent / "migrations", Path(__file__).parents[2] / "migrations") if path.is_dir()
)
TOKEN_BYTES = 32


def new_token() -> str:
    """A token that nobody can guess: 256 random bits in 43 characters."""
    return secrets.token_urlsafe(TOKEN_BYTES)


class _Desk:
    """What pages read and do, each deed in a transaction of its own."""

    def __init__(self, service: Service, directory: Directory) -> None:
        self._service = service
        self._directory = directory

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Reads]:
        async with self._service.engine.connect() as conn:
            yield Reads(conn)

    async def answer(self, questionnaire: Questionnaire, given: Given, *, in_the_room: bool = False) -> Assessment:
        told = AnswersGiven(
            enrolment_id=questionnaire.enrolment_id,
            questionnaire_id=questionnaire.questionnaire_id,
            given=given,
            in_the_room=in_the_room,
        )
        async with self._service.transaction() as conn:
            return await record_answers(
                told,
                records=Records(conn),
                announcer=OutboxAnnouncer(conn),
                directory=self._directory,
                now=self._service.clock.now(),
                new_id=new_id,
            )

    async def save(self, questionnaire_id: UUID, draft: Draft) -> None:
        async with self._service.transaction() as conn:
            await save_draft(questionnaire_id, draft, records=Records(conn), now=self._service.clock.now())

    async def keep_first_entry(self, questionnaire_id: UUID, answers: Mapping[str, Answers], *, entered_by: str) -> None:
        async with self._service.transaction() as conn:
            now = self._service.clock.now()
            await drafts.keep_first_entry(conn, questionnaire_id, answers, entered_by=entered_by, now=now)

    async def take_up(self, told: TakenUp) -> Signposting:
        async with self._service.transaction() as conn:
            return await record_taken_up(told, records=Records(conn), now=self._service.clock.now())

    async def acknowledge(self, told: Acknowledgement) -> Concern:
        async with self._service.transaction() as conn:
            return await acknowledge_concern(
                told, records=Records(conn), announcer=OutboxAnnouncer(conn), now=self._service.clock.now()
            )

    async def change_link(self, questionnaire_id: UUID, *, revoke: bool) -> Questionnaire | None:
        async with self._service.transaction() as conn:
            now = self._service.clock.now()
            return await change_link(questionnaire_id, revoke=revoke, records=Records(conn), now=now, new_token=new_token)


class _DirectoryDesk:
    """What the directory's pages read and do, each deed in a transaction of its own."""

    def __init__(self, service: Service) -> None:
        self._service = service

    async def directory(self, *, search: str, limit: int) -> tuple[Sequence[DirectoryEntry], int]:
        async with self._service.engine.connect() as conn:
            return await DirectoryRecords(conn).entries(search=search, limit=limit)

    async def feeds(self) -> Sequence[Feed]:
        async with self._service.engine.connect() as conn:
            return await DirectoryRecords(conn).feeds()

    async def upload(self, text: str, *, by: str) -> Sequence[Answered]:
        async with self._service.transaction() as conn:
            return await upload_directory(text, records=DirectoryRecords(conn), by=by, now=self._service.clock.now())

    async def forget(self, code: str) -> bool:
        async with self._service.transaction() as conn:
            return await DirectoryRecords(conn).forget_uploaded(code)

    async def keep_feed(self, code: str, url: str) -> Feed:
        async with self._service.transaction() as conn:
            records = DirectoryRecords(conn)
            known = await records.locked_feed(code)
            if known is not None and known.url == url:
                return known
            await records.forget_feed(code)
            feed = Feed(code=code, url=url, next_url=url, next_at=self._service.clock.real_now())
            await records.save_feed(feed)
            soon(conn)
            return feed

    async def forget_feed(self, code: str) -> bool:
        async with self._service.transaction() as conn:
            return await DirectoryRecords(conn).forget_feed(code)


def _harvest(service: Service, shipped: Directory, settings: Settings) -> DueWork:
    @asynccontextmanager
    async def open_records() -> AsyncIterator[DirectoryRecords]:
        async with service.transaction() as conn:
            yield DirectoryRecords(conn)

    fetch = Feeds(reader=Reader(vocabulary=read_vocabulary(), places=shipped.places), allowed=settings.feed_private_hosts)
    harvesting = Harvesting(open_records=open_records, fetch=fetch, real_now=service.clock.real_now)

    async def run(now: datetime) -> int:
        return await harvest_feeds(harvesting, now=now)

    async def next_due(conn: AsyncConnection) -> datetime | None:
        # By the real clock: a domain clock that is moved on for trying brings a page that waits no nearer.
        due = await next_page(conn)
        return due + service.clock.offset if due is not None and due <= service.clock.real_now() else None

    return DueWork(name="harvest feeds", run=run, next_due_at=next_due)


def build(settings: Settings) -> FastAPI:
    """The service as an ASGI app; WrongDirectoryError, WrongTimePointsError or WrongWordingError where a site's file is wrong."""
    service = Service(name=NAME, settings=settings)
    shipped = read_directory(settings.directory_file)
    schedule = read_time_points(settings.time_points_file, also_asked=settings.also_asked)
    plans = Plans(schedule=schedule, directory=shipped)
    wordings = {language: read_wording(settings.wording_file, language=language) for language in LANGUAGES}
    languages = read_languages(wordings)
    pages = Pages("outcomes.http")

    desk, shelf = _Desk(service, shipped), _DirectoryDesk(service)
    show = directory.DirectoryPage(pages=pages, desk=shelf, interests=languages[ENGLISH].interests)

    async def find_own(token: str, now: datetime) -> OwnThings | None:
        async with service.engine.connect() as conn:
            return await own_things(conn, token, now=now)

    async def open_due(now: datetime) -> int:
        async with service.transaction() as conn:
            return await open_due_questionnaires(records=Records(conn), announcer=OutboxAnnouncer(conn), now=now)

    async def tell_reminders(now: datetime) -> int:
        async with service.transaction() as conn:
            return await remind(records=Records(conn), announcer=OutboxAnnouncer(conn), now=now)

    async def count_again(now: datetime) -> int:
        async with service.transaction() as conn:
            return await fold_reports(records=ReportRecords(conn), now=now)

    async def close(now: datetime) -> int:
        async with service.transaction() as conn:
            return await close_missed(
                records=Records(conn), announcer=OutboxAnnouncer(conn), directory=shipped, now=now, new_id=new_id
            )

    app = service.app(
        consumers=consumers(records=Records, plans=plans, new_id=new_id, new_token=new_token),
        routers=[
            participant.router(pages=pages, desk=desk, languages=languages, now=service.clock.now),
            own_part.router(pages=pages, find=find_own, now=service.clock.now),
            work_list.router(pages=pages, access=service.access, reading=desk.reading),
            entry.router(access=service.access, desk=desk),
            paper.router(pages=pages, access=service.access, desk=desk, language=languages[ENGLISH]),
            links.router(pages=pages, access=service.access, desk=desk, public_url=settings.public_url),
            measures.router(pages=pages, access=service.access, desk=desk),
            signposts.router(access=service.access, desk=desk),
            directory.router(show=show, access=service.access, desk=shelf),
            feeds.router(show=show, access=service.access, desk=shelf),
            concerns.router(pages=pages, access=service.access, desk=desk),
            concerns.page_router(pages=pages, access=service.access, desk=desk),
            journey.router(pages=pages, access=service.access, reading=desk.reading),
            reports.router(
                pages=pages,
                access=service.access,
                desk=desk,
                schedule=schedule,
                unit_costs=read_unit_costs(settings.unit_costs_file),
            ),
            audit.router(access=service.access, reading=desk.reading, now=service.clock.now),
        ],
        due_work=[
            DueWork(name="open due questionnaires", run=open_due, next_due_at=next_opening),
            DueWork(name="remind", run=tell_reminders, next_due_at=next_reminder),
            DueWork(name="count for reports", run=count_again, next_due_at=next_count),
            DueWork(name="close missed questionnaires", run=close, next_due_at=next_closing),
            _harvest(service, shipped, settings),
        ],
        answers={f"export.{NAME}": export_of(service.engine)},
    )
    install(app, service=NAME, pages=pages, verify=service.access.verify)
    return app


def main() -> None:
    """Be `python -m outcomes`."""

    def build_or_say_why() -> FastAPI:
        try:
            return build(Settings())
        except (WrongDirectoryError, WrongTimePointsError, WrongUnitCostsError, WrongWordingError) as error:
            sys.exit(f"{NAME}: {error}")

    run(name=NAME, build=build_or_say_why, settings=Settings, migrations=MIGRATIONS)
