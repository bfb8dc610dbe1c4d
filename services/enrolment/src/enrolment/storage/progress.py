"""Places as far as senders hear of them, in the database."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from uuid import UUID

from sqlalchemy import ARRAY, Text, Uuid, bindparam, text
from sqlalchemy.ext.asyncio import AsyncConnection

from enrolment.domain.hearing import CARE_CHANNELS
from enrolment.domain.nominations import Nomination
from enrolment.domain.progress import CareListener, KeptPlace
from enrolment.storage.nomination_tables import NOMINATIONS
from enrolment.storage.nominations import nomination_of, nomination_row
from enrolment.storage.progress_tables import PLACES
from service_kit import rows

_KEPT = text("SELECT * FROM places WHERE place_id = ANY(:ids) ORDER BY place_id FOR UPDATE").bindparams(
    bindparam("ids", type_=ARRAY(Uuid))
)
# Who has no preferences came by a referral, which brings with it that its sender hears.
_CARE = text(
    """
SELECT r.channel, r.organisation, r.event_id, r.sender_referral_id, r.enrolment_id
FROM enrolments e JOIN referrals r ON r.participant_id = e.participant_id AND r.enrolment_id = e.id
LEFT JOIN preferences w ON w.participant_id = e.participant_id
WHERE e.id = ANY(:ids) AND r.channel = ANY(:channels) AND r.status IN ('accepted', 'duplicate')
  AND coalesce(w.shares_with_gp, true) AND r.event_id NOT LIKE 'form %'
ORDER BY r.received_at, r.id
"""
).bindparams(bindparam("ids", type_=ARRAY(Uuid)), bindparam("channels", type_=ARRAY(Text)))
_NOMINATIONS = text(
    """
SELECT r.enrolment_id, n.* FROM enrolments e
JOIN referrals r ON r.participant_id = e.participant_id AND r.enrolment_id = e.id
JOIN nominations n ON n.referral_id = r.id
WHERE e.id = ANY(:ids) AND n.status = 'completed' AND n.may_tell_sender AND n.place_found_at IS NULL
ORDER BY n.id FOR UPDATE OF n
"""
).bindparams(bindparam("ids", type_=ARRAY(Uuid)))
_PLACE = tuple(field.name for field in fields(KeptPlace))


class ProgressRepository:
    """What is known and told of places, within one transaction."""

    def __init__(self, conn: AsyncConnection) -> None:
        self._conn = conn

    async def kept(self, place_ids: Sequence[UUID]) -> Mapping[UUID, KeptPlace]:
        """Lock and return what is known of these places."""
        found = await self._conn.execute(_KEPT, {"ids": list(place_ids)})
        return {row["place_id"]: KeptPlace(**row) for row in found.mappings()}

    async def care_listeners(self, enrolment_ids: Sequence[UUID]) -> Sequence[CareListener]:
        """Return the referrals that led to these enrolments or found them, whose senders may hear."""
        found = await self._conn.execute(_CARE, {"ids": list(enrolment_ids), "channels": sorted(CARE_CHANNELS)})
        return [CareListener(**row) for row in found.mappings()]

    async def nominations(self, enrolment_ids: Sequence[UUID]) -> Sequence[tuple[UUID, Nomination]]:
        """Return, with the enrolment, the nominations whose senders may hear of a place and have not."""
        found = await self._conn.execute(_NOMINATIONS, {"ids": list(enrolment_ids)})
        return [(row["enrolment_id"], nomination_of(row)) for row in found.mappings()]

    async def save(self, places: Sequence[KeptPlace], nominations: Sequence[Nomination]) -> None:
        """Write what is known now, and which nominators heard."""
        await rows.write(
            self._conn,
            rows.upserting(PLACES, [{name: getattr(each, name) for name in _PLACE} for each in places], newer="sequence"),
            rows.updating(NOMINATIONS, [nomination_row(each) for each in nominations]),
        )
