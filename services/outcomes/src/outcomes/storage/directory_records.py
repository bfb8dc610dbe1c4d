"""The directory's own entries, uploaded and harvested, and the feeds that they come from."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Date, RowMapping, Text, and_, any_, bindparam, case, cast, delete, func, or_, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection

from outcomes.domain.feeds import BELIEVED_FOR_DAYS, Feed, Item
from outcomes.domain.signposting import LocalService
from outcomes.storage.tables import DIRECTORY, FEEDS, INTERESTS
from outcomes.use_cases.views import DirectoryEntry
from service_kit import rows

UPLOAD = "upload"
TUPLES = ("outward_codes", "joints", "access", "interests")
FIELDS = tuple(LocalService.__dataclass_fields__)
# An entry of a feed is believed for some weeks after the feed was last heard, and never beyond its own end.
EXPIRES_ON = case(
    (DIRECTORY.c.source == UPLOAD, DIRECTORY.c.expires_on),
    else_=func.least(DIRECTORY.c.expires_on, cast(FEEDS.c.heard_at, Date) + BELIEVED_FOR_DAYS, type_=Date),
)
COLUMNS = [DIRECTORY.c[name] for name in FIELDS if name != "expires_on"]
ENTRIES = select(*COLUMNS, EXPIRES_ON.label("expires_on"), DIRECTORY.c.source).outerjoin(
    FEEDS, FEEDS.c.code == DIRECTORY.c.source
)


class DirectoryRecords:
    """The rows of one transaction."""

    def __init__(self, conn: AsyncConnection) -> None:
        self._conn = conn

    async def feed_to_read(self, *, real_now: datetime) -> Feed | None:
        """The feed whose next page has waited longest."""
        query = select(FEEDS).where(FEEDS.c.next_at <= real_now).order_by(FEEDS.c.next_at, FEEDS.c.code).limit(1)
        return await self._feed(query)

    async def locked_feed(self, code: str) -> Feed | None:
        """The feed, locked until the transaction ends."""
        return await self._feed(select(FEEDS).where(FEEDS.c.code == code).with_for_update())

    async def feeds(self) -> Sequence[Feed]:
        """Every feed."""
        found = await self._conn.execute(select(FEEDS).order_by(FEEDS.c.code))
        return [Feed(**row) for row in found.mappings()]

    async def save_feed(self, feed: Feed) -> None:
        """Keep a feed, and how far it was read."""
        await rows.upsert(self._conn, FEEDS, [{name: getattr(feed, name) for name in Feed.__dataclass_fields__}])

    async def forget_feed(self, code: str) -> bool:
        """Delete a feed with its entries, and say whether there was one."""
        await self._conn.execute(delete(DIRECTORY).where(DIRECTORY.c.source == code))
        return bool((await self._conn.execute(delete(FEEDS).where(FEEDS.c.code == code))).rowcount)

    async def keep_items(self, feed: Feed, items: Sequence[Item], *, now: datetime) -> None:
        """Add or replace the entries of these items, and remove those of items that left."""
        left = [one.item for one in items if one.service is None]
        if left:
            await self._conn.execute(delete(DIRECTORY).where(DIRECTORY.c.source == feed.code, DIRECTORY.c.item.in_(left)))
        found = [_row(one.service, source=feed.code, item=one.item, by=feed.code, now=now) for one in items if one.service]
        await rows.upsert(self._conn, DIRECTORY, found)

    async def uploaded(self, codes: Collection[str]) -> Sequence[LocalService]:
        """The uploaded entries of these codes."""
        if not codes:
            return []
        mine = DIRECTORY.c.item == any_(bindparam("codes", sorted(set(codes)), type_=ARRAY(Text)))
        return await self._services(ENTRIES.where(DIRECTORY.c.source == UPLOAD, mine))

    async def keep_uploaded(self, entries: Sequence[LocalService], *, by: str, now: datetime) -> None:
        """Add these entries, or put them in the place of those with the same code."""
        await rows.upsert(self._conn, DIRECTORY, [_row(one, source=UPLOAD, item=one.code, by=by, now=now) for one in entries])

    async def forget_uploaded(self, code: str) -> bool:
        """Delete an uploaded entry, and say whether there was one."""
        mine = delete(DIRECTORY).where(DIRECTORY.c.source == UPLOAD, DIRECTORY.c.item == code)
        return bool((await self._conn.execute(mine)).rowcount)

    async def entries(self, *, search: str, limit: int) -> tuple[Sequence[DirectoryEntry], int]:
        """Entries whose title, code or place has `search` in it, the first to expire at the top, and how many there are."""
        fits = or_(*(column.icontains(search, autoescape=True) for column in (DIRECTORY.c.title, DIRECTORY.c.code)))
        if search:
            fits = or_(fits, DIRECTORY.c.outward_codes.op("?")(search.upper()))
        found = await self._conn.execute(ENTRIES.where(fits).order_by("expires_on", DIRECTORY.c.code).limit(limit))
        total = await self._conn.execute(select(func.count()).select_from(DIRECTORY).where(fits))
        entries = [DirectoryEntry(service=_service(row), source=row["source"]) for row in found.mappings()]
        return entries, total.scalar_one()

    async def local_services(self, outward_codes: Collection[str], *, today: date) -> Sequence[LocalService]:
        """The entries, uploaded or harvested, that are in date and in one of these places or everywhere."""
        near = DIRECTORY.c.outward_codes.op("?|")(bindparam("near", sorted(outward_codes), type_=ARRAY(Text)))
        everywhere = DIRECTORY.c.outward_codes == cast([], JSONB)
        return await self._services(ENTRIES.where(and_(or_(near, everywhere), today < EXPIRES_ON)).order_by(DIRECTORY.c.code))

    async def interests_of(self, enrolment_ids: Sequence[UUID]) -> Mapping[UUID, Sequence[str]]:
        """What people said that they are interested in."""
        found = await self._conn.execute(select(INTERESTS).where(INTERESTS.c.enrolment_id.in_(enrolment_ids)))
        return {row.enrolment_id: tuple(row.interests) for row in found}

    async def _services(self, query: Any) -> Sequence[LocalService]:
        return [_service(row) for row in (await self._conn.execute(query)).mappings()]

    async def _feed(self, query: Any) -> Feed | None:
        row = (await self._conn.execute(query)).mappings().one_or_none()
        return None if row is None else Feed(**row)


async def next_page(conn: AsyncConnection) -> datetime | None:
    """When the next page of a feed is to be read, by the real clock."""
    soonest: datetime | None = (await conn.execute(select(func.min(FEEDS.c.next_at)))).scalar_one()
    return soonest


def _row(service: LocalService, *, source: str, item: str, by: str, now: datetime) -> dict[str, Any]:
    facts = {name: getattr(service, name) for name in FIELDS}
    return {"source": source, "item": item, **facts, "changed_at": now, "changed_by": by}


def _service(row: RowMapping) -> LocalService:
    facts: dict[str, Any] = {name: tuple(row[name]) if name in TUPLES else row[name] for name in FIELDS}
    return LocalService(**facts)
