"""Cohorts and sites in the database."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, Select, select
from sqlalchemy.ext.asyncio import AsyncConnection

from notifications.domain.cohort import Cohort, Session
from notifications.domain.site import Site
from notifications.storage import tables
from notifications.storage.any_of import any_of
from service_kit import rows

_OF_SITE = ("address", "what_to_bring", "parking", "access_features")


class StoredCohorts:
    """`Cohorts` in the database."""

    def __init__(self, conn: AsyncConnection) -> None:
        self._conn = conn

    async def of(self, cohort_ids: Collection[UUID]) -> Mapping[UUID, Cohort]:
        sites = tables.SITES.c
        query = (
            select(tables.COHORTS, sites.sequence.label("site_sequence"), *(sites[name] for name in _OF_SITE))
            .outerjoin(tables.SITES, sites.id == tables.COHORTS.c.site_id)
            .where(tables.COHORTS.c.id == any_of(cohort_ids))
        )
        found = (await self._conn.execute(query)).mappings()
        return {row["id"]: replace(_cohort(row), site=_site(row)) for row in found}

    async def steady(self, cohort_ids: Collection[UUID]) -> Mapping[UUID, Cohort]:
        return await self._read(self._query(cohort_ids).with_for_update(read=True)) if cohort_ids else {}

    async def mine(self, cohort_ids: Collection[UUID]) -> Mapping[UUID, Cohort]:
        return await self._read(self._query(cohort_ids).with_for_update())

    async def keep(self, cohorts: Sequence[Cohort]) -> None:
        kept = [
            {
                "id": cohort.id,
                "sequence": cohort.sequence,
                "site_name": cohort.site_name,
                "status": cohort.status,
                "site_id": cohort.site_id,
                "sessions": [
                    {
                        "id": session.id,
                        "number": session.number,
                        "starts_at": session.starts_at,
                        "ends_at": session.ends_at,
                        "status": session.status,
                        "site_name": session.site_name,
                    }
                    for session in cohort.sessions
                ],
            }
            for cohort in cohorts
        ]
        await rows.upsert(self._conn, tables.COHORTS, kept, newer="sequence")

    @staticmethod
    def _query(cohort_ids: Collection[UUID]) -> Select[Any]:
        return select(tables.COHORTS).where(tables.COHORTS.c.id == any_of(cohort_ids)).order_by(tables.COHORTS.c.id)

    async def _read(self, query: Select[Any]) -> dict[UUID, Cohort]:
        return {row["id"]: _cohort(row) for row in (await self._conn.execute(query)).mappings()}


class StoredSites:
    """`Sites` in the database."""

    def __init__(self, conn: AsyncConnection) -> None:
        self._conn = conn

    async def keep(self, sites: Sequence[Site]) -> None:
        kept = [
            {name: getattr(site, name) for name in site.__slots__} | {"access_features": list(site.access_features)}
            for site in sites
        ]
        await rows.upsert(self._conn, tables.SITES, kept, newer="sequence")


def _site(row: RowMapping) -> Site | None:
    if row["site_sequence"] is None:
        return None
    known = {name: row[name] for name in _OF_SITE} | {"access_features": tuple(row["access_features"])}
    return Site(id=row["site_id"], sequence=row["site_sequence"], **known)


def _cohort(row: RowMapping) -> Cohort:
    sessions = tuple(
        Session(
            id=UUID(session["id"]),
            number=session["number"],
            starts_at=datetime.fromisoformat(session["starts_at"]),
            status=session["status"],
            # What was kept before sessions had an end says nothing of it.
            ends_at=datetime.fromisoformat(session["ends_at"]) if session.get("ends_at") else None,
            site_name=session.get("site_name"),
        )
        for session in row["sessions"]
    )
    return Cohort(
        id=row["id"],
        sequence=row["sequence"],
        site_name=row["site_name"],
        status=row["status"],
        sessions=sessions,
        site_id=row["site_id"],
    )
