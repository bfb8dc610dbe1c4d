"""The NHS's signals: the Multicast Notification Service says that somebody has died."""

from enrolment.channels.channel import Channel, Surroundings
from enrolment.messaging.deaths import DEATH_NOTIFICATION
from service_kit.consumer import Reaction

NAME = "nhs"


def _reactions(around: Surroundings) -> tuple[Reaction[object], ...]:
    return (around.deaths.reaction(DEATH_NOTIFICATION),)


CHANNEL = Channel(name=NAME, reactions=_reactions)
