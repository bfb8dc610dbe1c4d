"""What a person's own page asks for, each in a transaction of its own."""

import secrets
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from enrolment.channels.own_pages import OwnPages
from enrolment.domain.audit import THE_PERSON
from enrolment.domain.confirmations import OF_PARTICIPANT, Claim, Confirmation
from enrolment.domain.links import OWN_PAGE, IssuedLink, Link, hash_of_token, issue_link
from enrolment.domain.person import Participant
from enrolment.domain.preferences import Wishes
from enrolment.domain.standing import ACTIVE, MERGED
from enrolment.http.own_page import OwnView
from enrolment.messaging import publish
from enrolment.storage.forms import FormRepository
from enrolment.storage.own_page import OwnPageRepository, links_sent, reached_by
from enrolment.use_cases.change_preferences import change_preferences
from enrolment.use_cases.confirm_contact import Answered, Said, ask_to_confirm, bring_code
from enrolment.use_cases.correct_person import Correction, correct_person
from enrolment.use_cases.withdraw_enrolment import withdraw_enrolment
from service_kit import due, outbox
from service_kit.outbox import Outgoing

MOST_LINKS_AN_HOUR = 3
ASKED_TO_LEAVE = "asked_to_leave"


class OwnPageDesk:
    """Shows and changes what belongs to the person of a link; every method gives None for a link that no longer opens."""

    def __init__(self, around: OwnPages) -> None:
        self._around = around

    async def view(self, token: str) -> OwnView | None:
        """Return what the person sees."""
        async with self._around.transaction() as conn:
            person = await self._person(conn, token)
            if person is None:
                return None
            store = self._store(conn)
            preferences = await store.preferences_of(person.id)
            return OwnView(
                given_name=person.person.given_name,
                phone=person.person.phone,
                email=person.person.email,
                wishes=preferences.wishes if preferences else _first_wishes(person),
                agreed_at=preferences.changed_at if preferences else None,
                enrolments=await store.enrolments(person.id),
                waits_for_code=bool(await FormRepository(conn).waiting_about(person.id)),
            )

    async def wish(self, token: str, wishes: Wishes) -> bool | None:
        """Keep what the person wishes; return whether anything changed."""
        now = self._around.now()
        async with self._around.transaction() as conn:
            person = await self._person(conn, token)
            if person is None:
                return None
            changed = await change_preferences(
                person.id, wishes, source="own_page", actor=THE_PERSON, store=self._store(conn), now=now
            )
            if changed is not None:
                await outbox.add(conn, list(publish.events_of_wishes(changed)))
        return changed is not None

    async def claim_contact(self, token: str, *, phone: str | None, email: str | None) -> bool | None:
        """Send a code to a new number or address. TooManyCodesError."""
        around = self._around
        async with around.transaction() as conn:
            person = await self._person(conn, token)
            if person is None:
                return None
            claim = Claim(
                about=OF_PARTICIPANT,
                about_id=person.id,
                greeting_name=person.person.given_name,
                phone=phone,
                email=email,
                language=person.person.language,
            )
            asked = await ask_to_confirm(
                claim,
                store=FormRepository(conn),
                now=around.now(),
                new_id=around.new_id,
                token=around.new_token(),
                code=f"{secrets.randbelow(1_000_000):06}",
            )
            events: list[Outgoing] = []
            for earlier, link in asked.ended:
                events += [publish.contact_of_confirmation(earlier), publish.link_ended(link)]
            events += [publish.contact_of_confirmation(asked.confirmation), publish.link_issued(asked.issued)]
            await outbox.add(conn, events)
            due.soon(conn)
        return True

    async def confirm_contact(self, token: str, code: str) -> Said | None:
        """Hold a code against the one that was sent; the right one changes the number or address."""
        now = self._around.now()
        async with self._around.transaction() as conn:
            person = await self._person(conn, token)
            if person is None:
                return None
            store = FormRepository(conn)
            waiting = await store.waiting_about(person.id)
            if not waiting:
                return Said.GONE
            by_text = waiting[0][0].phone is not None
            answered = await bring_code(waiting[0][0].id, code, store=store, now=now)
            return await keep_confirmed(conn, self._around, person.id, answered, by_text=by_text)

    async def leave(self, token: str, enrolment_id: UUID) -> bool | None:
        """Take the person out of a programme. LookupError for an enrolment of somebody else, EndedError for one that ended."""
        now = self._around.now()
        async with self._around.transaction() as conn:
            person = await self._person(conn, token)
            if person is None:
                return None
            step = await withdraw_enrolment(
                person.id, enrolment_id, reason=ASKED_TO_LEAVE, actor=THE_PERSON, store=self._store(conn), now=now
            )
            await outbox.add(conn, list(publish.events_of_step(step, because=None)))
        return True

    async def send_links(self, address: str) -> None:
        """Send a link to everybody who is reached by a phone number or email address; to nobody if there is nobody."""
        async with self._around.transaction() as conn:
            await self._issue(conn, await reached_by(conn, address), channel="email" if "@" in address else "sms")

    async def send_link(self, participant_id: UUID) -> bool:
        """Send a link to one person; return whether one went."""
        async with self._around.transaction() as conn:
            return bool(await self._issue(conn, [participant_id], channel=None))

    async def _issue(self, conn: AsyncConnection, people: Sequence[UUID], *, channel: str | None) -> list[IssuedLink]:
        around, now = self._around, self._around.now()
        issued = []
        for participant_id in people:
            if await links_sent(conn, participant_id, now=now) >= MOST_LINKS_AN_HOUR:
                continue
            link = issue_link(
                purpose=OWN_PAGE,
                participant_id=participant_id,
                channel=channel,
                now=now,
                link_id=around.new_id(),
                token=around.new_token(),
            )
            await FormRepository(conn).keep_link(link.link)
            issued.append(link)
        await outbox.add(conn, [publish.link_issued(each) for each in issued])
        return issued

    async def _person(self, conn: AsyncConnection, token: str) -> Participant | None:
        """Return the person of a link, or whom they were merged into; nobody who has died or was erased."""
        link: Link | None = await FormRepository(conn).link(hash_of_token(token))
        if link is None or link.purpose != OWN_PAGE or not link.opens(now=self._around.now()):
            return None
        person = await self._store(conn).glance(link.participant_id)
        if person is not None and person.status == MERGED and person.merged_into is not None:
            person = await self._store(conn).glance(person.merged_into)
        return person if person is not None and person.status == ACTIVE else None

    def _store(self, conn: AsyncConnection) -> OwnPageRepository:
        return OwnPageRepository(conn, now=self._around.now())


async def keep_confirmed(
    conn: AsyncConnection, around: OwnPages, participant_id: UUID, answered: Answered, *, by_text: bool
) -> Said:
    """Tell that a code is over and, where it was right, keep the number or address as the person's."""
    over: Confirmation | None = answered.confirmation
    if over is not None and answered.link is not None:
        await outbox.add(conn, [publish.contact_of_confirmation(over), publish.link_ended(answered.link)])
    if answered.said is Said.RIGHT:
        now = around.now()
        step = await correct_person(
            Correction(participant_id=participant_id, values={"phone" if by_text else "email": answered.address}),
            actor=THE_PERSON,
            store=OwnPageRepository(conn, now=now),
            now=now,
            new_id=around.new_id,
        )
        await outbox.add(conn, list(publish.events_of_step(step, because=None)))
    return answered.said


def _first_wishes(person: Participant) -> Wishes:
    return Wishes(language=person.person.language, preferred_channel=person.person.preferred_channel)
