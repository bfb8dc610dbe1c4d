"""A place changed: those who may hear of it are told, each as much as it may hear."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol
from uuid import UUID

from enrolment.domain.hearing import PLACE_FOUND
from enrolment.domain.nominations import Nomination
from enrolment.domain.progress import PLACED, CareListener, KeptPlace, Place, news_of
from enrolment.domain.receipts import Receipt


@dataclass(frozen=True, slots=True, kw_only=True)
class CareNews:
    """What one sender who cares for the person hears: the place as it is now, under a name of `domain.progress`."""

    listener: CareListener
    place: Place
    news: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """All that follows from some places: news to those who care, and receipts to nominators."""

    care: Sequence[CareNews] = ()
    found: Sequence[tuple[Nomination, Receipt]] = ()


class ProgressStore(Protocol):
    """The database, as far as progress needs it, within one transaction."""

    async def kept(self, place_ids: Sequence[UUID]) -> Mapping[UUID, KeptPlace]:
        """Lock and return what is known of these places."""

    async def care_listeners(self, enrolment_ids: Sequence[UUID]) -> Sequence[CareListener]:
        """Return the referrals that led to these enrolments or found them, whose senders may hear."""

    async def nominations(self, enrolment_ids: Sequence[UUID]) -> Sequence[tuple[UUID, Nomination]]:
        """Return, with the enrolment, the nominations whose senders may hear of a place and have not."""

    async def save(self, places: Sequence[KeptPlace], nominations: Sequence[Nomination]) -> None:
        """Write what is known now, and which nominators heard."""


async def tell_progress(places: Sequence[Place], *, store: ProgressStore, now: datetime) -> Told:
    """Keep the newest of each place and say who hears of it; what was told before is not told again."""
    kept = await store.kept(sorted({place.place_id for place in places}))
    newest: dict[UUID, Place] = {}
    for place in places:
        known = newest.get(place.place_id) or kept.get(place.place_id)
        if known is None or place.sequence > known.sequence:
            newest[place.place_id] = place
    if not newest:
        return Told()
    news = {place_id: news_of(place.status) for place_id, place in newest.items()}
    fresh = [
        place
        for place_id, place in newest.items()
        if news[place_id] is not None and (place_id not in kept or kept[place_id].told != news[place_id])
    ]
    care, found = await _heard(fresh, store=store, now=now)
    await store.save(
        [_after(place, kept.get(place_id), now=now) for place_id, place in newest.items()],
        [nomination for nomination, _ in found],
    )
    return Told(care=care, found=found)


async def _heard(
    places: Sequence[Place], *, store: ProgressStore, now: datetime
) -> tuple[list[CareNews], list[tuple[Nomination, Receipt]]]:
    by_enrolment = {place.enrolment_id: place for place in places}
    care = [
        CareNews(listener=each, place=place, news=news)
        for each in (await store.care_listeners(sorted(by_enrolment)) if by_enrolment else ())
        if (place := by_enrolment[each.enrolment_id]) and (news := news_of(place.status))
    ]
    placed = sorted(each for each, place in by_enrolment.items() if news_of(place.status) == PLACED)
    found = [
        (replace(nomination, place_found_at=now, sequence=nomination.sequence + 1), _place_found(nomination, now))
        for _, nomination in (await store.nominations(placed) if placed else ())
    ]
    return care, found


def _after(place: Place, before: KeptPlace | None, *, now: datetime) -> KeptPlace:
    told = news_of(place.status) or (before.told if before else None)
    first_told_at = before.first_told_at if before else None
    return KeptPlace(
        place_id=place.place_id,
        enrolment_id=place.enrolment_id,
        sequence=place.sequence,
        status=place.status,
        told=told,
        first_told_at=first_told_at or (now if told else None),
        changed_at=place.changed_at,
    )


def _place_found(nomination: Nomination, now: datetime) -> Receipt:
    return Receipt(
        channel=nomination.channel,
        organisation=nomination.organisation,
        event_id=nomination.event_id,
        sequence=2,
        status=PLACE_FOUND,
        sender_referral_id=nomination.sender_nomination_id,
        decided_at=now,
    )
