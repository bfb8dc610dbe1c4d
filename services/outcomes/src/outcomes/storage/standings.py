"""Where people stand, forgetting them, and what a merge gives to another person."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, any_, bindparam, select, text
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.elements import ColumnElement

from outcomes.domain.standing import GONE, Standing
from outcomes.storage.tables import ENROLMENTS, STANDINGS
from service_kit import rows

_IDS = bindparam("ids", type_=ARRAY(Uuid))
_STANDINGS = select(STANDINGS).where(STANDINGS.c.participant_id == any_(_IDS))
_ENROLMENTS = select(ENROLMENTS.c.enrolment_id).where(ENROLMENTS.c.participant_id == any_(_IDS))
_MINE = "SELECT questionnaire_id FROM questionnaires WHERE participant_id = ANY(:ids)"
# The name, and whatever the person or staff wrote in their own words: it may name somebody.
_FORGET = tuple(
    text(statement).bindparams(_IDS)
    for statement in (
        "DELETE FROM people WHERE participant_id = ANY(:ids)",
        "DELETE FROM held USING unnest(:ids) AS id WHERE held.nats_subject = 'people.v1.' || id",
        f"DELETE FROM drafts WHERE questionnaire_id IN ({_MINE})",  # noqa: S608 - the text above
        "UPDATE assessments SET comment = NULL, reason = NULL WHERE participant_id = ANY(:ids)",
        (
            "UPDATE concern_trail SET note = NULL WHERE concern_id IN"
            " (SELECT concern_id FROM concerns WHERE participant_id = ANY(:ids))"
        ),
        "UPDATE concerns SET note = NULL WHERE participant_id = ANY(:ids)",
    )
)
_TAKE_OVER = text(
    """
WITH mine AS (SELECT enrolment_id, participant_id FROM enrolments WHERE enrolment_id = ANY(:ids)),
results AS (
  UPDATE assessments a SET participant_id = mine.participant_id FROM mine
  WHERE a.enrolment_id = mine.enrolment_id AND a.participant_id <> mine.participant_id
),
worries AS (
  UPDATE concerns c SET participant_id = mine.participant_id FROM mine
  WHERE c.enrolment_id = mine.enrolment_id AND c.participant_id <> mine.participant_id
),
signposts AS (
  UPDATE signposting s SET participant_id = mine.participant_id FROM mine
  WHERE s.enrolment_id = mine.enrolment_id AND s.participant_id <> mine.participant_id
)
UPDATE questionnaires q SET participant_id = mine.participant_id, sequence = q.sequence + 1 FROM mine
WHERE q.enrolment_id = mine.enrolment_id AND q.participant_id <> mine.participant_id
RETURNING q.questionnaire_id
"""
).bindparams(_IDS)


def is_here(participant_id: ColumnElement[UUID]) -> ColumnElement[bool]:
    """Whether a person may stand on lists of what is to be done: the dead and the erased don't."""
    gone = select(STANDINGS.c.participant_id).where(STANDINGS.c.status.in_(GONE), STANDINGS.c.participant_id == participant_id)
    return ~gone.exists()


async def standings_of(conn: AsyncConnection, participant_ids: Sequence[UUID]) -> Mapping[UUID, Standing]:
    """Where these people stand of whom something was told."""
    found = await conn.execute(_STANDINGS, {"ids": list(participant_ids)})
    return {row["participant_id"]: Standing(**row) for row in found.mappings()}


async def save_standings(conn: AsyncConnection, standings: Sequence[Standing]) -> None:
    """Keep each, unless a newer sequence is kept already."""
    await rows.upsert(conn, STANDINGS, [asdict(one) for one in standings], newer="sequence")


async def forget_people(conn: AsyncConnection, participant_ids: Sequence[UUID]) -> None:
    """Delete the names of these people, held copies of them, and words that they or staff wrote."""
    if participant_ids:
        for statement in _FORGET:
            await conn.execute(statement, {"ids": list(participant_ids)})


async def enrolments_of(conn: AsyncConnection, participant_ids: Sequence[UUID]) -> list[UUID]:
    """The enrolments of these people."""
    return list((await conn.execute(_ENROLMENTS, {"ids": list(participant_ids)})).scalars())


async def take_over(conn: AsyncConnection, enrolment_ids: Sequence[UUID]) -> list[UUID]:
    """Give what belongs to these enrolments to the people who have them now; return the questionnaires that changed hands."""
    return list((await conn.execute(_TAKE_OVER, {"ids": list(enrolment_ids)})).scalars())
