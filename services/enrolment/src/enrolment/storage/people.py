"""What changing people needs of the database, in one transaction."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, any_, bindparam, or_, select, text

from enrolment.domain.person import Participant
from enrolment.domain.preferences import Preferences
from enrolment.storage.preferences import keep_preferences, preferences_of
from enrolment.storage.records import merge_of, near_match_of, participant_of
from enrolment.storage.repositories import IntakeRepository
from enrolment.storage.tables import MERGES, NEAR_MATCHES, PARTICIPANTS
from enrolment.use_cases.known import Changes, Known

_IDS = bindparam("ids", type_=ARRAY(Uuid))
# Those asked for, whoever they are now, and whoever was merged into any of them.
_FAMILY = text(
    """
WITH RECURSIVE family AS (
  SELECT id, merged_into, match_family, match_given, match_number FROM participants WHERE id = ANY(:ids)
  UNION SELECT p.id, p.merged_into, p.match_family, p.match_given, p.match_number
  FROM family JOIN participants p ON p.id = family.merged_into OR p.merged_into = family.id
) SELECT * FROM family
"""
).bindparams(_IDS)
_NEAR = select(NEAR_MATCHES).where(or_(NEAR_MATCHES.c.one_id == any_(_IDS), NEAR_MATCHES.c.other_id == any_(_IDS)))
_MERGES = select(MERGES).where(or_(MERGES.c.survivor_id == any_(_IDS), MERGES.c.merged_id == any_(_IDS)))
_FREE_NUMBERS = text("UPDATE participants SET nhs_number = NULL WHERE id = ANY(:ids)").bindparams(_IDS)


class PeopleRepository(IntakeRepository):
    """`PeopleStore` in the database."""

    async def glance(self, participant_id: UUID) -> Participant | None:
        """Return how somebody is known now, without locking them."""
        query = select(PARTICIPANTS).where(PARTICIPANTS.c.id == participant_id)
        row = (await self._conn.execute(query)).mappings().one_or_none()
        return None if row is None else participant_of(row)

    async def load_people(self, ids: Sequence[UUID], *, keys: Sequence[str] = ()) -> Known:
        """Lock by what these people are recognised, then them, as whoever receives a referral does, and load what is known."""
        family = (await self._conn.execute(_FAMILY, {"ids": list(ids)})).all()
        recognised = {key for row in family for key in (row.match_family, row.match_given, row.match_number) if key}
        await self._lock({*recognised, *keys})
        people = [row.id for row in family]
        known = await self._known(keys=list(keys), people=people, settled=[])
        asked = {"ids": people}
        near = (await self._conn.execute(_NEAR, asked)).mappings()
        merges = (await self._conn.execute(_MERGES, asked)).mappings()
        known.also(near_matches=[near_match_of(row) for row in near], merges=[merge_of(row) for row in merges])
        return known

    async def preferences_of(self, participant_id: UUID) -> Preferences | None:
        """Lock and return somebody's preferences; None if they were never asked."""
        return await preferences_of(self._conn, participant_id)

    async def keep_preferences(self, preferences: Preferences) -> None:
        """Write the preferences as they are, and add them to their history."""
        await keep_preferences(self._conn, preferences)

    async def save(self, changes: Changes) -> None:
        """Write the changes. A number that goes from one person to another is let go first."""
        if len(changes.changed_participants) > 1:
            await self._conn.execute(_FREE_NUMBERS, {"ids": [each.id for each in changes.changed_participants]})
        await super().save(changes)
