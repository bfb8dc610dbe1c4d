"""The four services as `main` wires them, connected to nothing."""

from functools import cache
from typing import Any

from fastapi import FastAPI

import enrolment.main
import enrolment.settings
import notifications.main
import notifications.settings
import outcomes.main
import outcomes.settings
import scheduling.main
import scheduling.settings
from event_contracts.catalogue import EVENT_TYPES, EventType
from service_kit.consumer import Reaction
from service_kit.envelope import Event
from service_kit.service import Service

SERVICES = ("enrolment", "scheduling", "outcomes", "notifications")
_NOWHERE: dict[str, Any] = {
    "database_url": "postgresql+asyncpg://nobody@localhost/nothing",
    "nats_url": "nats://localhost:4222",
    "http_port": 8000,
}


@cache
def app_of(service: str) -> FastAPI:
    """The ASGI app; its lifespan isn't begun."""
    match service:
        case "enrolment":
            return enrolment.main.build(enrolment.settings.EnrolmentSettings(**_NOWHERE))
        case "scheduling":
            return scheduling.main.build(scheduling.settings.Settings(**_NOWHERE))
        case "outcomes":
            return outcomes.main.build(outcomes.settings.Settings(**_NOWHERE))
        case "notifications":
            return notifications.main.build(notifications.settings.Settings(**_NOWHERE))
        case _:
            raise ValueError(service)


def built(service: str) -> Service:
    """The kit's part of it."""
    found: Service = app_of(service).state.service
    return found


def reactions_to(event_type: str) -> dict[str, Reaction[Any]]:
    """Who reacts to one type of event, by service."""
    return {
        service: reaction
        for service in SERVICES
        for consumer in built(service).consumers
        for reaction in consumer.reactions
        if reaction.event_type == event_type
    }


def type_named(name: str) -> EventType:
    return next(one for one in EVENT_TYPES if one.type == name)


def event_with(body: bytes, *, of: EventType, content_type: str = "application/json") -> Event:
    """An event of that type as a consumer would get it."""
    return Event(
        id="0193590a-5c00-7000-8000-000000000301",
        source="urn:limber:test",
        type=of.type,
        time=None,
        subject=None,
        content_type=content_type,
        data=body,
        nats_subject=of.subject.format(organisation="A81001", participant_id="0193590a-5c00-7000-8000-000000000001", bucket="07"),
    )
