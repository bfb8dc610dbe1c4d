"""A person's own page, by a link that goes to them alone."""

from fastapi import APIRouter

from enrolment.channels.channel import Channel, Surroundings
from enrolment.channels.own_page.desk import OwnPageDesk
from enrolment.http.form_words import read_form_words
from enrolment.http.own_page import own_page_router

NAME = "own_page"


def _routers(around: Surroundings) -> tuple[APIRouter, ...]:
    own = around.own
    return (
        own_page_router(
            desk=OwnPageDesk(own),
            pages=own.pages,
            words=read_form_words(),
            programmes=own.rules.programmes,
            access=own.access,
            limit=own.limit("links", 1 / 60, 10),
        ),
    )


CHANNEL = Channel(name=NAME, routers=_routers)
