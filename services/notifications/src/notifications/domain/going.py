"""Whether a message may go, asked at the moment of sending and not when it was planned."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from notifications.domain.contact import Contact, choose_channel
from notifications.domain.message import Channel, Kind, Message, Reason
from notifications.domain.quiet_hours import may_go_at

LOOK_FOR_CONTACT_EVERY = timedelta(hours=1)
# The person sits before a page that told them to look for it, whatever the hour.
ASKED_FOR_JUST_NOW = frozenset({Kind.CONFIRM_CONTACT, Kind.OWN_PAGE})


@dataclass(frozen=True, slots=True)
class Go:
    """It may go now, by this channel to this address."""

    channel: Channel
    address: str


@dataclass(frozen=True, slots=True)
class Wait:
    """It may not go before `until`."""

    reason: Reason
    until: datetime


@dataclass(frozen=True, slots=True)
class Drop:
    """It will never go."""

    reason: Reason


def decide(*, message: Message, contact: Contact | None, working: Collection[Channel], now: datetime) -> Go | Wait | Drop:
    """What to do with a message that is due. `working` are the channels that have a provider.

    A message whose contact isn't known waits for it until its use is over, so that neither order of the two events loses it.
    """
    if now >= message.useful_until:
        return Drop(Reason.PAST_ITS_USE if contact else Reason.CONTACT_UNKNOWN)
    if contact is None:
        return Wait(Reason.CONTACT_UNKNOWN, min(now + LOOK_FOR_CONTACT_EVERY, message.useful_until))
    channel = choose_channel(contact=contact, working=working, wished=message.facts.get("channel"))
    if channel is None:
        return Drop(Reason.NO_CHANNEL)
    opening = now if message.kind in ASKED_FOR_JUST_NOW else may_go_at(now=now)
    if opening > now:
        return Wait(Reason.QUIET_HOURS, min(opening, message.useful_until))
    return Go(channel, contact.address(channel))
