"""Cohorts and sites in the database."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, RowMapping, Select, Text, any_, literal, select
from sqlalchemy.ext.asyncio import AsyncConnection

from notifications.domain.cohort import Cohort, Session
from notifications.domain.site import Site
from notifications.storage import tables
from notifications.storage.any_of import any_of
from service_kit import rows


class StoredCohorts:
    """`Cohorts` in the database."""

    def __init__(self, conn: AsyncConnection) -> None:
        self._conn = conn

    async def of(self, cohort_ids: Collection[UUID]) -> Mapping[UUID, Cohort]:
        found = await self._read(select(tables.COHORTS).where(tables.COHORTS.c.id == any_of(cohort_ids)))
        wanted = {site_id for cohort in found.values() for site_id in _site_ids(cohort)}
        if not wanted:
            return found
        query = select(tables.SITES).where(tables.SITES.c.id == any_(literal(list(wanted), ARRAY(Text()))))
        sites = {row["id"]: _site(row) for row in (await self._conn.execute(query)).mappings()}
        return {id_: _with_sites(cohort, sites) for id_, cohort in found.items()}

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
                        "site_id": session.site_id,
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


def _site_ids(cohort: Cohort) -> set[str]:
    named = (cohort.site_id, *(session.site_id for session in cohort.sessions))
    return {site_id for site_id in named if site_id is not None}


def _with_sites(cohort: Cohort, sites: Mapping[str, Site]) -> Cohort:
    sessions = tuple(
        session if session.site_id is None else replace(session, site=sites.get(session.site_id)) for session in cohort.sessions
    )
    return replace(cohort, sessions=sessions, site=sites.get(cohort.site_id) if cohort.site_id else None)


def _site(row: RowMapping) -> Site:
    return Site(**{**row, "access_features": tuple(row["access_features"])})


def _cohort(row: RowMapping) -> Cohort:
    sessions = tuple(
        Session(
            id=UUID(session["id"]),
            number=session["number"],
            starts_at=datetime.fromisoformat(session["starts_at"]),
            status=session["status"],
            # What was kept before sessions had an end says nothing of it.
            ends_at=datetime.fromisoformat(session["ends_at"]) if session.get("ends_at") else None,
            site_id=session.get("site_id"),
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
