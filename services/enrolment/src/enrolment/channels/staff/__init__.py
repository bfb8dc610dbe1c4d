"""Staff key a referral that came by phone, by letter or at the desk."""

from uuid import UUID

from fastapi import APIRouter

from enrolment.channels.channel import Channel, Surroundings
from enrolment.channels.own_pages import OwnPages
from enrolment.domain.audit import STAFF, Actor
from enrolment.domain.preferences import Preferences, Wishes
from enrolment.domain.receipts import BY_FORM, Receipt
from enrolment.http.keyed import Keyed
from enrolment.http.keying import keying_router
from enrolment.messaging import publish
from enrolment.storage.preferences import keep_preferences
from enrolment.storage.repositories import IntakeRepository
from enrolment.use_cases.answer_messages import answer_messages
from enrolment.use_cases.known import Sender, Sent
from enrolment.use_cases.receive_referral import ReceiveReferral
from service_kit import outbox

NAME = "staff"


class KeyingDesk:
    """Makes a referral of what was keyed; the same key again is the same referral."""

    def __init__(self, own: OwnPages) -> None:
        self._own = own

    async def keep(self, keyed: Keyed, *, key: UUID, member: str, role: str) -> Receipt:
        """Decide about it by the same use case as every referral."""
        own, now = self._own, self._own.now()
        command = ReceiveReferral(
            sent=Sent(sender=Sender(NAME, keyed.source), event_id=f"{BY_FORM}{key}", body_digest=f"{BY_FORM}{key}"),
            sender_referral_id=str(key),
            programme=keyed.programme,
            person=keyed.person,
            answers=keyed.answers,
            referred_on=keyed.referred_on,
            access_needs=keyed.access_needs,
            by=Actor(kind=STAFF, name=member, role=role),
        )
        async with own.transaction() as conn:
            [outcome] = await answer_messages(
                [command], store=IntakeRepository(conn, now=now), rules=own.rules, now=now, new_id=own.new_id
            )
            events = list(publish.events_of(outcome, because=None))
            newcomer = next((each for each in outcome.contacts if each.sequence == 1), None)
            if newcomer is not None:
                preferences = Preferences(
                    participant_id=newcomer.id,
                    sequence=1,
                    wishes=Wishes(
                        language=keyed.person.language,
                        preferred_channel=keyed.person.preferred_channel,
                        shares_with_gp=keyed.shares_with_gp,
                        allows_marketing=keyed.allows_marketing,
                    ),
                    source=NAME,
                    changed_by=member,
                    changed_at=now,
                )
                await keep_preferences(conn, preferences)
                events.append(publish.preferences_changed(preferences))
            await outbox.add(conn, events)
        return outcome.receipt


def _routers(around: Surroundings) -> tuple[APIRouter, ...]:
    own = around.own
    desk = KeyingDesk(own)
    return (
        keying_router(
            desk=desk, pages=own.pages, access=own.access, programmes=own.rules.programmes, new_id=own.new_id, now=own.now
        ),
    )


CHANNEL = Channel(name=NAME, routers=_routers)
