"""What a channel is, and what it is given to work with."""

from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fastapi import APIRouter
from sqlalchemy.ext.asyncio import AsyncConnection

from enrolment.channels.own_pages import OwnPages
from enrolment.http.counts import counts_router
from enrolment.http.nominations import NominationRoutes
from enrolment.http.organisations import Organisations
from enrolment.messaging.deaths import Deaths
from enrolment.messaging.nomination_door import NominationDoor
from enrolment.messaging.nominations import Nominating
from enrolment.storage.posters import tallies
from enrolment.use_cases.take_file import FileStore
from event_contracts import intake
from page_base.pages import Pages
from service_kit.access import Access
from service_kit.consumer import Reaction


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """What `main` has for every channel: how nominations are taken over NATS and HTTP, who may send, and pages for staff."""

    nominating: Nominating
    deaths: Deaths
    door: NominationDoor
    organisations: Organisations
    transaction: Callable[[], AbstractAsyncContextManager[AsyncConnection]]
    reading: Callable[[], AbstractAsyncContextManager[AsyncConnection]]
    files: Callable[[AsyncConnection], FileStore]
    access: Access
    pages: Pages
    programmes: Mapping[str, str]
    now: Callable[[], datetime]
    own: OwnPages

    def nomination_routes(self, *, channel: str, path: str, counts: str) -> tuple[APIRouter, ...]:
        """Return the routes of a channel whose senders nominate, and that of how many came of it."""
        nominations = NominationRoutes(
            channel=channel,
            path=path,
            schema=intake.Nomination.model_json_schema(),
            door=self.door,
            organisations=self.organisations,
            reading=self.reading,
            files=self.files,
        )
        how_many = counts_router(
            channel=channel, path=counts, organisations=self.organisations, reading=self.reading, tallies=tallies, now=self.now
        )
        return nominations.router(), how_many


def _no_reactions(_: Surroundings) -> tuple[Reaction[Any], ...]:
    return ()


def _no_routers(_: Surroundings) -> tuple[APIRouter, ...]:
    return ()


@dataclass(frozen=True, kw_only=True)
class Channel:
    """One way in. `name` is the second part of its NATS subjects and the scope of its senders' API keys.

    `nominates`: what its senders send are nominations, of which a referral comes only when the person completes one.
    """

    name: str
    nominates: bool = False
    reactions: Callable[[Surroundings], tuple[Reaction[Any], ...]] = _no_reactions
    routers: Callable[[Surroundings], tuple[APIRouter, ...]] = _no_routers
