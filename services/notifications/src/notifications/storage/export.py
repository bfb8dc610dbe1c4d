"""Everything that notifications keeps of a person, for the person to see."""

import json
from collections.abc import Awaitable, Callable
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, bindparam, text
from sqlalchemy.ext.asyncio import AsyncEngine

from notifications.storage.tables import METADATA
from service_kit.rows_about import About, rows_about

_ABOUT = About(metadata=METADATA, key="participant_id")
_IDS = bindparam("ids", type_=ARRAY(Uuid))
_DELIVERED = text(
    "SELECT to_jsonb(b) FROM mailbox b JOIN messages m ON b.reference = m.id::text WHERE m.participant_id = ANY(:ids)"
    " ORDER BY b.received_at, b.id"
).bindparams(_IDS)
_REPLIES = text("SELECT to_jsonb(r) FROM replies r WHERE r.participants && :ids ORDER BY r.received_at, r.id").bindparams(_IDS)
# A link in a message opens a page without a sign-in.
_SECRET_FACTS = ("token", "code")


def export_of(engine: AsyncEngine) -> Callable[[bytes], Awaitable[bytes]]:
    """Return what answers a list of participant ids, as JSON, with their rows by table."""

    async def answer(question: bytes) -> bytes:
        ids = [UUID(each) for each in json.loads(question)]
        async with engine.connect() as conn:
            found = await rows_about(conn, _ABOUT, ids)
            found["mailbox"] = list((await conn.execute(_DELIVERED, {"ids": ids})).scalars())
            found["replies"] = list((await conn.execute(_REPLIES, {"ids": ids})).scalars())
        for message in found.get("messages", ()):
            message["facts"] = {name: value for name, value in message["facts"].items() if name not in _SECRET_FACTS}
        return json.dumps({table: rows for table, rows in found.items() if rows}).encode()

    return answer
