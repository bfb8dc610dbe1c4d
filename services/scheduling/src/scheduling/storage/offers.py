"""Offers of places."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, DateTime, Integer, Text, Uuid, any_, bindparam, func, literal_column, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from scheduling.domain.offers import DECLINED, EXPIRED, OFFERED, TAKEN_BACK, Offer
from scheduling.storage import tables
from service_kit import rows

_OFFERS = tables.offers.c
_IDS = bindparam("ids", type_=ARRAY(Uuid))
_NOW = bindparam("now", type_=DateTime(timezone=True))
# Written out, not bound: a plan for any value can't use the index of those that stand.
_STANDS: ColumnElement[str] = literal_column(f"'{OFFERED}'")

BY_TOKEN = select(tables.offers).where(_OFFERS.token == bindparam("token", type_=Text))
OF_PLACE = (
    select(tables.offers)
    .where(_OFFERS.place_id == bindparam("place_id", type_=Uuid))
    .order_by(_OFFERS.offered_at.desc(), _OFFERS.offer_id.desc())
    .limit(1)
)
OF_PARTICIPANTS = (
    select(tables.offers, tables.places.c.participant_id)
    .join(tables.places)
    .where(tables.places.c.participant_id == any_(_IDS))
    .order_by(_OFFERS.offered_at, _OFFERS.offer_id)
)
LOCKED = select(tables.offers).where(_OFFERS.offer_id == any_(_IDS)).order_by(_OFFERS.offer_id).with_for_update()
STANDING = (
    select(tables.offers)
    .where(_OFFERS.place_id == any_(_IDS), _OFFERS.status == _STANDS)
    .order_by(_OFFERS.offer_id)
    .with_for_update()
)
OVERDUE = (
    select(tables.offers)
    .where(_OFFERS.status == _STANDS, _OFFERS.answer_by <= _NOW)
    .order_by(_OFFERS.answer_by, _OFFERS.offer_id)
    .limit(bindparam("limit", type_=Integer))
)
REFUSED = select(_OFFERS.place_id, _OFFERS.cohort_id).where(
    _OFFERS.place_id == any_(_IDS), _OFFERS.status.in_([DECLINED, EXPIRED])
)
TAKE_BACK = (
    update(tables.offers)
    .where(_OFFERS.place_id == any_(_IDS), _OFFERS.status == _STANDS)
    .values(status=TAKEN_BACK, closed_at=_NOW)
)
NEXT_EXPIRY = select(func.min(_OFFERS.answer_by)).where(_OFFERS.status == _STANDS)


async def next_offer_expiry(conn: AsyncConnection) -> datetime | None:
    """When the next offer ends."""
    earliest: datetime | None = (await conn.execute(NEXT_EXPIRY)).scalar_one()
    return earliest


class OfferRows:
    def __init__(self, conn: AsyncConnection) -> None:
        self._conn = conn

    async def by_token(self, token: str) -> Offer | None:
        """The offer that a token opens, not locked."""
        return next(iter(await self._found(BY_TOKEN, token=token)), None)

    async def of_place(self, place_id: UUID) -> Offer | None:
        """The latest offer of a place, not locked."""
        return next(iter(await self._found(OF_PLACE, place_id=place_id)), None)

    async def meant_by(self, replies: Sequence[tuple[UUID, UUID | None]]) -> list[Offer | None]:
        """What each participant's reply answers: the latest offer of the place that it names, else their only standing one."""
        found = await self._conn.execute(OF_PARTICIPANTS, {"ids": [participant_id for participant_id, _ in replies]})
        of_participant: dict[UUID, list[Offer]] = defaultdict(list)
        for row in found.mappings():
            columns = {name: row[name] for name in Offer.__slots__}
            of_participant[row["participant_id"]].append(Offer(**columns))
        return [_meant(of_participant[participant_id], place_id) for participant_id, place_id in replies]

    async def locked(self, offer_ids: Sequence[UUID]) -> list[Offer]:
        """These offers, locked in key order."""
        return await self._found(LOCKED, ids=list(offer_ids))

    async def standing_of(self, place_ids: Sequence[UUID]) -> list[Offer]:
        """The offers of these places that stand, locked in key order."""
        return await self._found(STANDING, ids=list(place_ids))

    async def overdue(self, *, now: datetime, limit: int) -> list[Offer]:
        """Offers whose time is up, earliest first, not locked."""
        return await self._found(OVERDUE, now=now, limit=limit)

    async def times_refused(self, place_ids: Sequence[UUID]) -> Mapping[UUID, int]:
        """How many offers these places had in vain so far, by place."""
        found: dict[UUID, int] = defaultdict(int)
        for row in await self._conn.execute(REFUSED, {"ids": list(place_ids)}):
            found[row.place_id] += 1
        return found

    async def refused_by(self, place_ids: Sequence[UUID]) -> Mapping[UUID, frozenset[UUID]]:
        """The cohorts that were offered in vain, by place."""
        found: dict[UUID, set[UUID]] = defaultdict(set)
        for row in await self._conn.execute(REFUSED, {"ids": list(place_ids)}):
            found[row.place_id].add(row.cohort_id)
        return {place_id: frozenset(cohorts) for place_id, cohorts in found.items()}

    async def add(self, offers: Sequence[Offer]) -> None:
        """Store new offers."""
        await rows.insert(self._conn, tables.offers, [_columns(one) for one in offers])

    async def change(self, offers: Sequence[Offer]) -> None:
        """Store offers that are there already."""
        await rows.update(self._conn, tables.offers, [_columns(one) for one in offers])

    async def take_back(self, place_ids: Sequence[UUID], *, now: datetime) -> None:
        """Close the offers that still stand of these places."""
        if place_ids:
            await self._conn.execute(TAKE_BACK, {"ids": list(place_ids), "now": now})

    async def _found(self, statement: Any, **values: Any) -> list[Offer]:
        return [Offer(**row) for row in (await self._conn.execute(statement, values)).mappings()]


def _meant(offers: Sequence[Offer], place_id: UUID | None) -> Offer | None:
    if place_id is not None:
        return next((one for one in reversed(offers) if one.place_id == place_id), None)
    standing = [one for one in offers if one.status == OFFERED]
    return standing[0] if len(standing) == 1 else None


def _columns(offer: Offer) -> dict[str, Any]:
    return {name: getattr(offer, name) for name in offer.__slots__}
