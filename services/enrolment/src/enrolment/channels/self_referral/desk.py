"""What the pages of the form ask for, each in a transaction of its own."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import replace
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from enrolment.channels.own_page.desk import keep_confirmed
from enrolment.channels.own_pages import OwnPages
from enrolment.domain.confirmations import OF_DRAFT, OF_PARTICIPANT, Claim, Confirmation
from enrolment.domain.form.answers import said_yes
from enrolment.domain.form.draft import KEPT_FOR, OPEN, SENT, Draft
from enrolment.domain.form.fields import Answer
from enrolment.domain.form.steps import NOMINATION, SELF_REFERRAL
from enrolment.domain.links import COMPLETE_NOMINATION, hash_of_token
from enrolment.domain.nominations import Nomination, Nominee
from enrolment.domain.referrals import Referral
from enrolment.messaging import publish
from enrolment.storage.forms import FormRepository, stand_in_of
from enrolment.storage.nominations import NominationRepository
from enrolment.storage.posters import employer_of_poster
from enrolment.storage.preferences import keep_preferences
from enrolment.storage.repositories import IntakeRepository
from enrolment.use_cases.answer_nominations import HeldNominations
from enrolment.use_cases.confirm_contact import Answered, Said, ask_to_confirm, bring_code, bring_link, look_at_link
from enrolment.use_cases.send_form import send_form
from service_kit import due, outbox
from service_kit.outbox import Outgoing


class FormDesk:
    """Keeps drafts, sends codes and makes referrals. `draft` objects that it gives are copies of what is kept."""

    def __init__(self, around: OwnPages) -> None:
        self._around = around

    async def begin(self, *, programme: str, language: str) -> str:
        """Begin a self-referral; return the token of its cookie."""
        return await self._begin(kind=SELF_REFERRAL, programme=programme, language=language)

    async def nomination_of(self, token: str) -> Nomination | None:
        """Return the nomination that a link opens, if it still does."""
        async with self._around.transaction() as conn:
            return await self._invited(conn, token)

    async def begin_nomination(self, token: str, *, language: str) -> str | None:
        """Begin to complete the nomination that a link opens, with what its sender knows; None if it no longer opens."""
        async with self._around.transaction() as conn:
            found = await self._invited(conn, token)
        if found is None or (nominee := found.nominee) is None:
            return None
        return await self._begin(
            kind=NOMINATION,
            programme=found.programme,
            language=language,
            answers=_known_of(nominee),
            proven=(nominee.phone or nominee.email) if not (nominee.phone and nominee.email) else None,
            nomination_id=found.id,
        )

    async def draft(self, token: str) -> Draft | None:
        """Return the draft of a cookie's token, unless its time is over."""
        async with self._around.transaction() as conn:
            return await FormRepository(conn).draft(hash_of_token(token), now=self._around.now())

    async def answer(self, token: str, slug: str, answers: Mapping[str, Answer], names: Sequence[str]) -> Draft | None:
        """Keep the answers of one page."""
        async with self._around.transaction() as conn:
            store = FormRepository(conn)
            draft = await store.draft(hash_of_token(token), now=self._around.now())
            if draft is None or draft.status != OPEN:
                return draft
            after = draft.answered(slug, answers, names=names, now=self._around.now())
            await store.keep_draft(after)
        return after

    async def forget(self, token: str) -> None:
        """Delete the draft with all its answers."""
        async with self._around.transaction() as conn:
            store = FormRepository(conn)
            draft = await store.draft(hash_of_token(token), now=self._around.now())
            if draft is not None:
                await store.forget_draft(draft.id)

    async def knows_poster(self, code: str) -> bool:
        """Return whether there is such a poster."""
        async with self._around.transaction() as conn:
            return await self._employer(conn, code) is not None

    async def send_code(self, token: str) -> Draft | None:
        """Send a code to the address in the draft; where it is proven already, send the form. TooManyCodesError."""
        now = self._around.now()
        async with self._around.transaction() as conn:
            store = FormRepository(conn)
            draft = await store.draft(hash_of_token(token), now=now)
            if draft is None or draft.status != OPEN:
                return draft
            if not draft.needs_code:
                return await self._send(conn, draft)
            by_text = draft.answers.get("reach_by") == "sms"
            claim = Claim(
                about=OF_DRAFT,
                about_id=draft.id,
                greeting_name=str(draft.answers["given_name"]),
                phone=draft.address if by_text else None,
                email=None if by_text else draft.address,
                language=str(draft.answers["language"]),
            )
            asked = await ask_to_confirm(
                claim,
                store=store,
                now=now,
                new_id=self._around.new_id,
                token=self._around.new_token(),
                code=f"{secrets.randbelow(1_000_000):06}",
            )
            draft = replace(draft, confirmation_id=asked.confirmation.id)
            await store.keep_draft(draft)
            events: list[Outgoing] = []
            for earlier, link in asked.ended:
                events += [publish.contact_of_confirmation(earlier), publish.link_ended(link)]
            events += [publish.contact_of_confirmation(asked.confirmation), publish.link_issued(asked.issued)]
            await outbox.add(conn, events)
            due.soon(conn)
        return draft

    async def confirm(self, token: str, code: str) -> Said:
        """Hold a code against the one that was sent for this draft; the right one sends the form."""
        now = self._around.now()
        async with self._around.transaction() as conn:
            store = FormRepository(conn)
            draft = await store.draft(hash_of_token(token), now=now)
            if draft is not None and draft.status == SENT:
                return Said.RIGHT
            if draft is None or draft.confirmation_id is None:
                return Said.GONE
            answered = await bring_code(draft.confirmation_id, code, store=store, now=now)
            return await self._confirmed(conn, draft, answered)

    async def link_works(self, token: str) -> str | None:
        """Return the language of whoever a link asks to confirm, or None if it no longer works."""
        async with self._around.transaction() as conn:
            found = await look_at_link(token, store=FormRepository(conn), now=self._around.now())
        return None if found is None else found.language

    async def confirm_by_link(self, token: str) -> Draft | Confirmation | None:
        """Confirm by the link that was sent, perhaps in another browser; return what was confirmed: a form, or a new address."""
        now = self._around.now()
        async with self._around.transaction() as conn:
            store = FormRepository(conn)
            looked = await look_at_link(token, store=store, now=now)
            if looked is not None and looked.about == OF_PARTICIPANT:
                answered = await bring_link(token, store=store, now=now)
                by_text = looked.phone is not None
                said = await keep_confirmed(conn, self._around, looked.about_id, answered, by_text=by_text)
                return looked if said is Said.RIGHT else None
            draft = None if looked is None else await store.draft_by_id(looked.about_id, now=now)
            if draft is None or draft.status != OPEN:
                return None
            said = await self._confirmed(conn, draft, await bring_link(token, store=store, now=now))
            return await store.draft_by_id(draft.id, now=now) if said is Said.RIGHT else None

    async def _confirmed(self, conn: AsyncConnection, draft: Draft, answered: Answered) -> Said:
        if answered.confirmation is not None and answered.link is not None:
            await outbox.add(conn, [publish.contact_of_confirmation(answered.confirmation), publish.link_ended(answered.link)])
        if answered.said is not Said.RIGHT:
            return answered.said
        if draft.address is None or draft.address != answered.address:
            return Said.GONE
        await self._send(conn, replace(draft, proven=answered.address))
        return Said.RIGHT

    async def _send(self, conn: AsyncConnection, draft: Draft) -> Draft:
        around, now = self._around, self._around.now()
        held = HeldNominations()
        if draft.nomination_id is not None:
            held = await self._held(conn, draft.nomination_id)
        nomination = held.nominations.get(draft.nomination_id) if draft.nomination_id else None
        code = draft.answers.get("poster_code")
        sent = await send_form(
            draft,
            nomination=nomination,
            employer=await self._employer(conn, code) if isinstance(code, str) else None,
            rules=around.rules,
            store=IntakeRepository(conn, now=now),
            now=now,
            new_id=around.new_id,
        )
        events = list(publish.events_of(sent.outcome, because=None))
        if sent.preferences is not None:
            await keep_preferences(conn, sent.preferences)
            events.append(publish.preferences_changed(sent.preferences))
        events += await self._complete(conn, held, sent.outcome.referrals, may_tell=said_yes(draft.answers, "may_tell_sender"))
        await FormRepository(conn).keep_draft(sent.draft)
        await outbox.add(conn, events)
        return sent.draft

    async def _complete(
        self, conn: AsyncConnection, held: HeldNominations, referrals: Sequence[Referral], *, may_tell: bool
    ) -> list[Outgoing]:
        """End the invitations that the person has followed, the links to them, and where they went."""
        now = self._around.now()
        followed = [
            each.completed(referral_id=referrals[0].id, may_tell_sender=may_tell, now=now)
            for each in held.nominations.values()
            if each.status == "invited"
        ]
        for nomination in followed:
            held.put(nomination)
        used = [
            link.become("used", now=now)
            for nomination in held.nominations.values()
            for link in held.open_links(nomination.participant_id)
        ]
        for link in used:
            held.put_link(link)
        await NominationRepository(conn).save(held)
        nobody_there = [publish.contact_of_stand_in(each, because=None) for each in followed[:1]]
        return [*nobody_there, *(publish.link_ended(link) for link in used)]

    async def _begin(
        self,
        *,
        kind: str,
        programme: str,
        language: str,
        answers: Mapping[str, Answer] | None = None,
        proven: str | None = None,
        nomination_id: UUID | None = None,
    ) -> str:
        token, now = self._around.new_token(), self._around.now()
        draft = Draft(
            id=self._around.new_id(),
            token_hash=hash_of_token(token),
            kind=kind,
            programme=programme,
            language=language,
            answers={"language": language} | dict(answers or {}),
            seen=(),
            status=OPEN,
            proven=proven,
            nomination_id=nomination_id,
            confirmation_id=None,
            verdict=None,
            created_at=now,
            expires_at=now + KEPT_FOR,
        )
        async with self._around.transaction() as conn:
            await FormRepository(conn).keep_draft(draft)
        return token

    async def _invited(self, conn: AsyncConnection, token: str) -> Nomination | None:
        link = await FormRepository(conn).link(hash_of_token(token))
        if link is None or link.purpose != COMPLETE_NOMINATION or link.about_id is None or not link.opens(now=self._around.now()):
            return None
        nomination = (await self._held(conn, link.about_id)).nominations.get(link.about_id)
        return nomination if nomination is not None and nomination.status == "invited" else None

    async def _held(self, conn: AsyncConnection, nomination_id: UUID) -> HeldNominations:
        """Lock a nomination with the others that invite the same person, and their links."""
        stand_in = await stand_in_of(conn, nomination_id)
        return await NominationRepository(conn).of_stand_ins([] if stand_in is None else [stand_in])

    async def _employer(self, conn: AsyncConnection, code: str) -> str | None:
        return await employer_of_poster(conn, code, now=self._around.now())


def _known_of(nominee: Nominee) -> dict[str, Answer]:
    """Return what a nomination says of somebody as answers, for them to look through."""
    known = {
        "given_name": nominee.given_name,
        "family_name": nominee.family_name,
        "birth_date": nominee.birth_date.isoformat() if nominee.birth_date else None,
        "postcode": nominee.postcode,
        "phone": nominee.phone,
        "email": nominee.email,
        "reach_by": "sms" if nominee.phone else "email",
        "language": nominee.language if nominee.language in {"en", "cy"} else None,
    }
    return {name: answer for name, answer in known.items() if answer is not None}
