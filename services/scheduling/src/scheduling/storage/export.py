"""Everything that scheduling keeps of a person, for the person to see."""

import json
from collections.abc import Awaitable, Callable
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncEngine

from scheduling.storage.tables import metadata
from service_kit.rows_about import About, rows_about

# Tokens open pages without a sign-in, so nobody is shown them; the kit's tables hold no more than ids of events.
_ABOUT = About(
    metadata=metadata,
    key="participant_id",
    through=("enrolment_id", "place_id"),
    leaving_out=("token", "offer_token", "token_hash"),
)


def export_of(engine: AsyncEngine) -> Callable[[bytes], Awaitable[bytes]]:
    """Return what answers a list of participant ids, as JSON, with their rows by table."""

    async def answer(question: bytes) -> bytes:
        ids = [UUID(each) for each in json.loads(question)]
        async with engine.connect() as conn:
            return json.dumps(await rows_about(conn, _ABOUT, ids)).encode()

    return answer
