"""Promised referrals in the database."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Text, bindparam, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from enrolment.domain.promises import AllowedHost, Promise
from enrolment.domain.receipts import Receipt
from enrolment.storage.promise_tables import PROMISES
from enrolment.storage.records import receipt_row
from enrolment.storage.tables import RECEIPTS
from service_kit import due, rows

_NAMES = tuple(field.name for field in fields(Promise))
_TAKE_DUE = text(
    """
UPDATE promised_referrals SET due_at = :until, attempts = attempts + 1 WHERE id IN (
  SELECT id FROM promised_referrals WHERE state = 'waiting' AND due_at <= :now ORDER BY due_at LIMIT :limit FOR UPDATE SKIP LOCKED
) RETURNING *
"""
)
_HOSTS = text(
    "SELECT * FROM fetch_hosts JOIN unnest(:channels, :organisations) AS asked (channel, organisation)"
    " USING (channel, organisation)"
).bindparams(*(bindparam(name, type_=ARRAY(Text)) for name in ("channels", "organisations")))
_NEXT_DUE = text("SELECT min(due_at) FROM promised_referrals WHERE state = 'waiting'")


class PromiseRepository:
    """Loads and saves within one transaction."""

    def __init__(self, conn: AsyncConnection) -> None:
        self._conn = conn

    async def add(self, promises: Sequence[Promise], receipts: Sequence[Receipt]) -> None:
        """Write new promises and what their senders are told."""
        await rows.write(
            self._conn,
            rows.inserting(PROMISES, [_row(promise) for promise in promises]),
            rows.upserting(RECEIPTS, [receipt_row(receipt) for receipt in receipts]),
        )

    async def take_due(self, *, real_now: datetime, until: datetime, limit: int) -> list[tuple[Promise, list[AllowedHost]]]:
        """Take promises that are due, each with the hosts that its sender may name."""
        found = await self._conn.execute(_TAKE_DUE, {"now": real_now, "until": until, "limit": limit})
        promises = [promise_of(row) for row in found.mappings()]
        senders = sorted({(promise.channel, promise.organisation) for promise in promises})
        hosts: dict[tuple[str, str], list[AllowedHost]] = {sender: [] for sender in senders}
        if senders:
            asked = {"channels": [each[0] for each in senders], "organisations": [each[1] for each in senders]}
            for row in await self._conn.execute(_HOSTS, asked):
                hosts[row.channel, row.organisation].append(AllowedHost(host=row.host, may_be_private=row.may_be_private))
        return [(promise, hosts[promise.channel, promise.organisation]) for promise in promises]

    async def locked(self, promise_id: UUID) -> Promise | None:
        """Lock and return one promise."""
        query = select(PROMISES).where(PROMISES.c.id == promise_id).with_for_update()
        row = (await self._conn.execute(query)).mappings().one_or_none()
        return None if row is None else promise_of(row)

    async def try_again(self, promise_id: UUID, *, real_now: datetime) -> Promise | None:
        """Make a failed promise due at once; None if there is none of this id."""
        promise = await self.locked(promise_id)
        if promise is None:
            return None
        again = promise.tried_again(now=real_now)
        await self.change(again)
        due.soon(self._conn)
        return again

    async def change(self, promise: Promise, receipt: Receipt | None = None) -> None:
        """Write one promise and, if its sender is told something new, the receipt."""
        await rows.write(
            self._conn,
            rows.updating(PROMISES, [_row(promise)]),
            rows.upserting(RECEIPTS, [] if receipt is None else [receipt_row(receipt)]),
        )


async def next_due_at(conn: AsyncConnection) -> datetime | None:
    """Return when the next promise is due, in real time."""
    earliest: datetime | None = (await conn.execute(_NEXT_DUE)).scalar_one()
    return earliest


def promise_of(row: Mapping[Any, Any]) -> Promise:
    """Read a row of `promised_referrals`."""
    return Promise(**{name: row[name] for name in _NAMES})


def _row(promise: Promise) -> dict[str, Any]:
    return {name: getattr(promise, name) for name in _NAMES}
