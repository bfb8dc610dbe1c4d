"""People refer themselves, or complete a nomination, by a form on the web."""

from fastapi import APIRouter

from enrolment.channels.channel import Channel, Surroundings
from enrolment.channels.self_referral.desk import FormDesk
from enrolment.http.form_pages import form_router
from enrolment.http.form_words import read_form_words

NAME = "self_referral"


def _routers(around: Surroundings) -> tuple[APIRouter, ...]:
    own = around.own
    desk = FormDesk(own)
    words = read_form_words()
    form = form_router(desk=desk, pages=own.pages, words=words, programmes=own.rules.programmes, now=own.now, limit=own.limit)
    return (form,)


CHANNEL = Channel(name=NAME, routers=_routers)
