"""What a channel is, and what it is given to work with."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter
from sqlalchemy.ext.asyncio import AsyncConnection

from enrolment.http.nominations import NominationRoutes
from enrolment.http.organisations import Organisations
from enrolment.messaging.nomination_door import NominationDoor
from enrolment.messaging.nominations import Nominating
from enrolment.use_cases.take_file import FileStore
from event_contracts import intake
from service_kit.consumer import Reaction


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """What `main` has for every channel: how nominations are taken, over NATS and over HTTP, and who may send."""

    nominating: Nominating
    door: NominationDoor
    organisations: Organisations
    reading: Callable[[], AbstractAsyncContextManager[AsyncConnection]]
    files: Callable[[AsyncConnection], FileStore]

    def nomination_routes(self, *, channel: str, path: str) -> APIRouter:
        """Return the routes of a channel whose senders nominate."""
        return NominationRoutes(
            channel=channel,
            path=path,
            schema=intake.Nomination.model_json_schema(),
            door=self.door,
            organisations=self.organisations,
            reading=self.reading,
            files=self.files,
        ).router()


def _no_reactions(_: Surroundings) -> tuple[Reaction[Any], ...]:
    return ()


def _no_routers(_: Surroundings) -> tuple[APIRouter, ...]:
    return ()


@dataclass(frozen=True, kw_only=True)
class Channel:
    """One way in. `name` is the second part of its NATS subjects and the scope of its senders' API keys."""

    name: str
    reactions: Callable[[Surroundings], tuple[Reaction[Any], ...]] = _no_reactions
    routers: Callable[[Surroundings], tuple[APIRouter, ...]] = _no_routers
