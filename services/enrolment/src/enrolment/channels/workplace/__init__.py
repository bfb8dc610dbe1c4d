"""Employers: an HR portal nominates people who work there."""

from typing import Any

from fastapi import APIRouter

from enrolment.channels.channel import Channel, Surroundings
from enrolment.channels.workplace.posters import PosterDesk
from enrolment.http.posters import PosterPage, posters_router
from service_kit.consumer import Reaction

NAME = "workplace"
NOMINATION = "intake.workplace.nomination.v1"
REMOVAL = "intake.workplace.nomination_removal.v1"


def _reactions(around: Surroundings) -> tuple[Reaction[Any], ...]:
    return around.nominating.reactions(nomination_type=NOMINATION, removal_type=REMOVAL)


def _routers(around: Surroundings) -> tuple[APIRouter, ...]:
    posters = PosterDesk(transaction=around.transaction, programmes=around.programmes, now=around.now)
    page = PosterPage(pages=around.pages, posters=posters, programmes=around.programmes, reading=around.reading, now=around.now)
    return (
        *around.nomination_routes(channel=NAME, path="/workplace/nominations", counts="/workplace/counts"),
        posters_router(access=around.access, page=page),
    )


CHANNEL = Channel(name=NAME, nominates=True, reactions=_reactions, routers=_routers)
