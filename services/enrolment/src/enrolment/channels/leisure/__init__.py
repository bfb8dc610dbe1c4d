"""Leisure centres: an operator's system asks for a place for somebody, which is a nomination like an employer's."""

from typing import Any

from fastapi import APIRouter

from enrolment.channels.channel import Channel, Surroundings
from service_kit.consumer import Reaction

NAME = "leisure"
BOOKING_REQUEST = "intake.leisure.booking_request.v1"
REMOVAL = "intake.leisure.booking_removal.v1"


def _reactions(around: Surroundings) -> tuple[Reaction[Any], ...]:
    return around.nominating.reactions(nomination_type=BOOKING_REQUEST, removal_type=REMOVAL)


def _routers(around: Surroundings) -> tuple[APIRouter, ...]:
    return around.nomination_routes(channel=NAME, path="/leisure/booking-requests", counts="/leisure/counts")


CHANNEL = Channel(name=NAME, nominates=True, reactions=_reactions, routers=_routers)
