"""Facilitators with their credentials."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, any_, bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from scheduling.domain.facilitators import Credential, Facilitator
from scheduling.storage import tables
from service_kit import rows

_IDS = bindparam("ids", type_=ARRAY(Uuid))

FACILITATORS = (
    select(tables.facilitators)
    .where(tables.facilitators.c.facilitator_id == any_(_IDS))
    .order_by(tables.facilitators.c.facilitator_id)
)

CREDENTIALS = (
    select(tables.facilitator_credentials)
    .where(tables.facilitator_credentials.c.facilitator_id == any_(_IDS))
    .order_by(tables.facilitator_credentials.c.issued_on, tables.facilitator_credentials.c.credential_id)
)


class FacilitatorRows:
    def __init__(self, conn: AsyncConnection) -> None:
        self._conn = conn

    async def get(self, facilitator_ids: Sequence[UUID]) -> Mapping[UUID, Facilitator]:
        """Those of these facilitators that are known."""
        return await self._found(facilitator_ids, lock=False)

    async def locked(self, facilitator_ids: Sequence[UUID]) -> Mapping[UUID, Facilitator]:
        """Those of these facilitators that are known, locked in key order."""
        return await self._found(facilitator_ids, lock=True)

    async def keep(self, facilitators: Sequence[Facilitator]) -> None:
        """Store the facilitators and their credentials as they are now; no credential is ever removed."""
        own = [one.name for one in fields(Facilitator) if one.name != "credentials"]
        await rows.upsert(
            self._conn,
            tables.facilitators,
            [
                {name: getattr(one, name) for name in own} | {"sites": list(one.sites), "availability": list(one.availability)}
                for one in facilitators
            ],
        )
        await rows.upsert(
            self._conn,
            tables.facilitator_credentials,
            [_credential_columns(one.facilitator_id, credential) for one in facilitators for credential in one.credentials],
        )

    async def id_of_member(self, member_id: UUID) -> UUID | None:
        """The facilitator whom a member of staff is."""
        query = select(tables.facilitators.c.facilitator_id).where(tables.facilitators.c.member_id == member_id)
        found: UUID | None = (await self._conn.execute(query)).scalar_one_or_none()
        return found

    async def _found(self, facilitator_ids: Sequence[UUID], *, lock: bool) -> Mapping[UUID, Facilitator]:
        key = {"ids": list(facilitator_ids)}
        found = (await self._conn.execute(FACILITATORS.with_for_update() if lock else FACILITATORS, key)).mappings().all()
        credentials: dict[UUID, list[Credential]] = defaultdict(list)
        for row in (await self._conn.execute(CREDENTIALS, key)).mappings():
            credentials[row["facilitator_id"]].append(credential_from(row))
        return {row["facilitator_id"]: facilitator_from(row, tuple(credentials[row["facilitator_id"]])) for row in found}


def facilitator_from(row: Mapping[Any, Any], credentials: tuple[Credential, ...]) -> Facilitator:
    """The facilitator of one row."""
    return Facilitator(
        facilitator_id=row["facilitator_id"],
        name=row["name"],
        kind=row["kind"],
        sites=tuple(row["sites"]),
        availability=tuple(row["availability"]),
        member_id=row["member_id"],
        credentials=credentials,
    )


def credential_from(row: Mapping[Any, Any]) -> Credential:
    """The credential of one row."""
    known = {one.name: row[one.name] for one in fields(Credential)}
    lists = {"programmes": tuple(row["programmes"]), "prerequisites": tuple(row["prerequisites"])}
    return Credential(**(known | lists))


def _credential_columns(facilitator_id: UUID, credential: Credential) -> dict[str, Any]:
    known = {one.name: getattr(credential, one.name) for one in fields(Credential)}
    lists = {"programmes": list(credential.programmes), "prerequisites": list(credential.prerequisites)}
    return {"facilitator_id": facilitator_id} | known | lists
