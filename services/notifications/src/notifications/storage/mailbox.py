"""The local mailbox in the database. What arrives together is stored together."""

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import fields, replace

from sqlalchemy import ARRAY, Text, any_, bindparam, literal, select, text
from sqlalchemy.ext.asyncio import AsyncEngine

from notifications.storage.tables import MAILBOX
from notifications.use_cases.mailbox import Delivered

_COLUMNS = tuple(field.name for field in fields(Delivered))
# The names are the table's own, never input.
_PUT = text(
    f"INSERT INTO mailbox ({', '.join(_COLUMNS)}) SELECT * FROM unnest({', '.join(f':{name}' for name in _COLUMNS)})"  # noqa: S608
    " ON CONFLICT (reference) DO UPDATE SET copies = mailbox.copies + excluded.copies"
).bindparams(*(bindparam(name, type_=ARRAY(MAILBOX.c[name].type)) for name in _COLUMNS))


class StoredMailbox:
    """`Mailbox` in the database, in transactions of its own, as a provider's would be."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._waiting: list[tuple[Delivered, asyncio.Future[None]]] = []
        self._storing: asyncio.Task[None] | None = None

    async def put(self, delivered: Delivered) -> None:
        """Keep it; it is committed when this returns. Another one with the same reference counts as a copy of the first."""
        kept: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((delivered, kept))
        if self._storing is None or self._storing.done():
            self._storing = asyncio.create_task(self._store())
        await kept

    async def holds(self, references: Collection[str]) -> frozenset[str]:
        """Which of the references are there.."""
        query = select(MAILBOX.c.reference).where(MAILBOX.c.reference == any_(literal(list(references), ARRAY(Text()))))
        async with self._engine.connect() as conn:
            return frozenset((await conn.execute(query)).scalars())

    async def _store(self) -> None:
        while self._waiting:
            taken, self._waiting = self._waiting, []
            try:
                await self._insert([delivered for delivered, _ in taken])
            except Exception as error:  # noqa: BLE001 - whoever waits hears of it
                for _, kept in taken:
                    if not kept.done():
                        kept.set_exception(error)
            else:
                for _, kept in taken:
                    if not kept.done():
                        kept.set_result(None)

    async def _insert(self, arrived: Sequence[Delivered]) -> None:
        by_reference: dict[str, Delivered] = {}
        for delivered in arrived:
            first = by_reference.get(delivered.reference)
            by_reference[delivered.reference] = delivered if first is None else replace(first, copies=first.copies + 1)
        stored = [by_reference[reference] for reference in sorted(by_reference)]
        async with self._engine.begin() as conn:
            await conn.execute(_PUT, {name: [getattr(delivered, name) for delivered in stored] for name in _COLUMNS})
