"""What a channel is, and what it is given to work with."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter

from enrolment.messaging.nominations import Nominating
from service_kit.consumer import Reaction


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """What `main` has for every channel: how nominations are taken."""

    nominating: Nominating


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
