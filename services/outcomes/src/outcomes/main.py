"""Wiring: settings, database, broker, use cases and pages become one running service."""

import secrets
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path

from fastapi import FastAPI

from outcomes.domain.assessment import Assessment
from outcomes.domain.instruments.instrument import Answers
from outcomes.domain.questionnaire import Questionnaire
from outcomes.http import audit, entry, journey, participant, work_list
from outcomes.http.wording import WrongWordingError, read_wording
from outcomes.messaging.consume import consumers
from outcomes.messaging.publish import OutboxAnnouncer
from outcomes.settings import Settings
from outcomes.storage.directory import WrongDirectoryError, read_directory
from outcomes.storage.reads import Reads, next_closing, next_opening, next_reminder
from outcomes.storage.repositories import Records
from outcomes.storage.time_points import WrongTimePointsError, read_time_points
from outcomes.use_cases.ask_questionnaires import Plans
from outcomes.use_cases.close_missed import close_missed
from outcomes.use_cases.open_due_questionnaires import open_due_questionnaires
from outcomes.use_cases.record_answers import AnswersGiven, record_answers
from outcomes.use_cases.remind import remind
from page_base.installation import install
from page_base.pages import Pages
from service_kit.command import run
from service_kit.due import DueWork
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


def build(settings: Settings) -> FastAPI:
    """The service as an ASGI app; WrongDirectoryError, WrongTimePointsError or WrongWordingError where a site's file is wrong."""
    service = Service(name=NAME, settings=settings)
    directory = read_directory(settings.directory_file)
    schedule = read_time_points(settings.time_points_file, also_asked=settings.also_asked)
    plans = Plans(schedule=schedule, directory=directory)
    wording = read_wording(settings.wording_file)
    pages = Pages("outcomes.http")

    @asynccontextmanager
    async def reading() -> AsyncIterator[Reads]:
        async with service.engine.connect() as conn:
            yield Reads(conn)

    async def answer(questionnaire: Questionnaire, answers: Mapping[str, Answers], *, entered_by: str) -> Assessment:
        given = AnswersGiven(
            enrolment_id=questionnaire.enrolment_id,
            questionnaire_id=questionnaire.questionnaire_id,
            answers=answers,
            entered_by=entered_by,
        )
        async with service.transaction() as conn:
            return await record_answers(
                given,
                records=Records(conn),
                announcer=OutboxAnnouncer(conn),
                directory=directory,
                now=service.clock.now(),
                new_id=new_id,
            )

    async def open_due(now: datetime) -> int:
        async with service.transaction() as conn:
            return await open_due_questionnaires(records=Records(conn), announcer=OutboxAnnouncer(conn), now=now)

    async def tell_reminders(now: datetime) -> int:
        async with service.transaction() as conn:
            return await remind(records=Records(conn), announcer=OutboxAnnouncer(conn), now=now)

    async def close(now: datetime) -> int:
        async with service.transaction() as conn:
            return await close_missed(
                records=Records(conn), announcer=OutboxAnnouncer(conn), directory=directory, now=now, new_id=new_id
            )

    app = service.app(
        consumers=consumers(records=Records, plans=plans, new_id=new_id, new_token=new_token),
        routers=[
            participant.router(pages=pages, reading=reading, answer=answer, wording=wording, now=service.clock.now),
            work_list.router(pages=pages, access=service.access, reading=reading),
            entry.router(pages=pages, access=service.access, reading=reading, answer=answer, wording=wording),
            journey.router(pages=pages, access=service.access, reading=reading),
            audit.router(access=service.access, reading=reading, now=service.clock.now),
        ],
        due_work=[
            DueWork(name="open due questionnaires", run=open_due, next_due_at=next_opening),
            DueWork(name="remind", run=tell_reminders, next_due_at=next_reminder),
            DueWork(name="close missed questionnaires", run=close, next_due_at=next_closing),
        ],
    )
    install(app, service=NAME, pages=pages, verify=service.access.verify)
    return app


def main() -> None:
    """Be `python -m outcomes`."""

    def build_or_say_why() -> FastAPI:
        try:
            return build(Settings())
        except (WrongDirectoryError, WrongTimePointsError, WrongWordingError) as error:
            sys.exit(f"{NAME}: {error}")

    run(name=NAME, build=build_or_say_why, settings=Settings, migrations=MIGRATIONS)
