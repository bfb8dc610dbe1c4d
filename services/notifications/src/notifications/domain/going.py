"""Whether a message may go, asked at the moment of sending and not when it was planned."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from notifications.domain.contact import Contact, choose_channel
from notifications.domain.enough import MOST_A_DAY, next_morning
from notifications.domain.message import Channel, Kind, Message, Reason
from notifications.domain.person import ACTIVE, SILENT
from notifications.domain.quiet_hours import may_go_at

LOOK_FOR_CONTACT_EVERY = timedelta(hours=1)
# Whoever asked for a link sits before a page that told them to look for it, whatever the hour.
URGENT = frozenset({Kind.SESSION_CANCELLED_TODAY, Kind.CONFIRM_CONTACT, Kind.OWN_PAGE})


# Care, but no appointment: their emails say how to hear no more of them.
MAY_DO_WITHOUT = frozenset({Kind.WHAT_COMES_NEXT})


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


def decide(  # noqa: PLR0911 - one for each way to go or not
    *,
    message: Message,
    contact: Contact | None,
    working: Collection[Channel],
    now: datetime,
    heard_today: int = 0,
    status: str = ACTIVE,
    withdrawn: bool = False,
) -> Go | Wait | Drop:
    """What to do with a message that is due.

    `working` are the channels that have a provider, `heard_today` is how many messages the person was given since midnight, and
    `status` where the person stands; `withdrawn` is whether they left the programme that it is about.
    A message whose contact isn't known waits for it until its use is over, so that neither order of the two events loses it. An
    urgent one passes the quiet hours and the day's limit, and nothing else.
    """
    never = SILENT.get(status) or (Reason.WITHDRAWN if withdrawn else None)
    if never is None and now >= message.useful_until:
        never = Reason.PAST_ITS_USE if contact else Reason.CONTACT_UNKNOWN
    if never is not None:
        return Drop(never)
    if contact is None:
        return Wait(Reason.CONTACT_UNKNOWN, min(now + LOOK_FOR_CONTACT_EVERY, message.useful_until))
    open_to = {one for one in working if message.only_channel in (None, one)}
    usable = open_to - {Channel.SMS} if contact.stopped else open_to
    channel = choose_channel(contact=contact, working=usable, wished=message.facts.get("channel"))
    if channel is None:
        return Drop(Reason.STOPPED if contact.stopped and contact.reachable_by(Channel.SMS) else Reason.NO_CHANNEL)
    if channel is Channel.EMAIL and contact.unsubscribed and message.kind in MAY_DO_WITHOUT:
        return Drop(Reason.UNSUBSCRIBED)
    if message.kind not in URGENT and not message.facts.get("urgent"):
        opening = may_go_at(now=now)
        if opening > now:
            return Wait(Reason.QUIET_HOURS, min(opening, message.useful_until))
        if heard_today >= MOST_A_DAY:
            return Wait(Reason.ENOUGH_TODAY, min(next_morning(now=now), message.useful_until))
    return Go(channel, contact.address(channel))
