"""What the use cases load and store: each method is one statement for any number of rows."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Select, Uuid, any_, bindparam, select
from sqlalchemy.dialects.postgresql import distinct_on, insert
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.elements import ColumnElement

from outcomes.domain.assessment import Assessment
from outcomes.domain.change import Change
from outcomes.domain.concerns import Concern
from outcomes.domain.enrolment import Enrolment
from outcomes.domain.instruments.instrument import Score
from outcomes.domain.own_links import OwnLink
from outcomes.domain.place import Place
from outcomes.domain.questionnaire import Questionnaire
from outcomes.domain.signposting import LocalService, Signpost, Signposting
from outcomes.domain.standing import Standing
from outcomes.storage import concerns, drafts, standings
from outcomes.storage.directory_records import DirectoryRecords
from outcomes.storage.tables import (
    ASSESSMENTS,
    ENROLMENTS,
    FIRST_CONTACTS,
    INTERESTS,
    OWN_LINKS,
    PEOPLE,
    PLACES,
    QUESTIONNAIRES,
    REPORT_CHANGES,
    SIGNPOSTING,
    SITES,
    TAKEN_UP,
)
from outcomes.use_cases.keep_person import Person
from outcomes.use_cases.keep_site import Site
from outcomes.use_cases.note_first_contact import MessageTold
from outcomes.use_cases.record_taken_up import TakenUp
from outcomes.use_cases.save_draft import Draft
from service_kit import rows

ROWS_WITHIN = frozenset({"scores", "changes", "signposts"})
# What changes in the life of a questionnaire.
CHANGING = (
    "questionnaire_id",
    "sequence",
    "status",
    "due_at",
    "closes_at",
    "late_until",
    "token",
    "remind_at",
    "reminded",
    "next_reminder_at",
    "answered_at",
    "link_revoked_at",
)


def is_one_of(column: ColumnElement[UUID]) -> ColumnElement[bool]:
    """The column is one of the array bound as `ids`: one statement text for any number of them."""
    return column == any_(bindparam("ids", type_=ARRAY(Uuid)))


LOCK_ENROLMENTS = (
    select(ENROLMENTS)
    .where(is_one_of(ENROLMENTS.c.enrolment_id))
    .order_by(ENROLMENTS.c.enrolment_id)
    .with_for_update(key_share=True)
)
PLACES_BY_ID = select(PLACES).where(is_one_of(PLACES.c.place_id))
PLACES_OF_ENROLMENTS = select(PLACES).where(is_one_of(PLACES.c.enrolment_id)).order_by(PLACES.c.changed_at)
QUESTIONNAIRES_OF_ENROLMENTS = select(QUESTIONNAIRES).where(is_one_of(QUESTIONNAIRES.c.enrolment_id))
OPEN_QUESTIONNAIRES = (
    select(QUESTIONNAIRES)
    .join(ENROLMENTS, ENROLMENTS.c.enrolment_id == QUESTIONNAIRES.c.enrolment_id)
    .where(QUESTIONNAIRES.c.status.in_(("planned", "due")))
    .with_for_update(key_share=True, skip_locked=True, of=(QUESTIONNAIRES, ENROLMENTS))
)
COUNT_PEOPLE_AGAIN = (
    insert(REPORT_CHANGES)
    .from_select(
        ["enrolment_id"],
        select(ENROLMENTS.c.enrolment_id).where(is_one_of(ENROLMENTS.c.participant_id)).order_by(ENROLMENTS.c.enrolment_id),
    )
    .on_conflict_do_nothing()
)
NEWEST_ASSESSMENTS = (
    select(ASSESSMENTS)
    .ext(distinct_on(ASSESSMENTS.c.assessment_id))
    .order_by(ASSESSMENTS.c.assessment_id, ASSESSMENTS.c.sequence.desc())
)


class Records:
    """The rows of one transaction. Who changes an enrolment's questionnaires has locked the enrolment before."""

    def __init__(self, conn: AsyncConnection) -> None:
        self._conn = conn

    async def save_people(self, people: Sequence[Person]) -> None:
        """Keep each person, unless a newer sequence is kept already."""
        await rows.upsert(self._conn, PEOPLE, [row_of(person) for person in people], newer="sequence")

    async def standings(self, participant_ids: Sequence[UUID]) -> Mapping[UUID, Standing]:
        """Where these people stand of whom something was told."""
        return await standings.standings_of(self._conn, participant_ids)

    async def save_standings(self, told: Sequence[Standing]) -> None:
        """Keep each, unless a newer sequence is kept already."""
        await standings.save_standings(self._conn, told)

    async def forget_people(self, participant_ids: Sequence[UUID]) -> None:
        """Delete the names of these people, and held copies of them."""
        await standings.forget_people(self._conn, participant_ids)

    async def enrolments_of(self, participant_ids: Sequence[UUID]) -> Sequence[UUID]:
        """The enrolments of these people."""
        return await standings.enrolments_of(self._conn, participant_ids) if participant_ids else []

    async def take_over(self, enrolments: Sequence[Enrolment]) -> Sequence[Questionnaire]:
        """Give what belongs to these enrolments to the people who have them now; return the questionnaires that changed hands."""
        if not enrolments:
            return []
        ids = [one.enrolment_id for one in enrolments]
        moved = set(await standings.take_over(self._conn, ids))
        return [one for one in await self.questionnaires(ids) if one.questionnaire_id in moved] if moved else []

    async def save_sites(self, sites: Sequence[Site]) -> None:
        """Keep each site, unless a newer sequence is kept already."""
        await rows.upsert(self._conn, SITES, [row_of(site) for site in sites], newer="sequence")

    async def save_enrolments(self, enrolments: Sequence[Enrolment]) -> None:
        """Keep each enrolment, unless a newer sequence is kept already."""
        kept = rows.upserting(ENROLMENTS, [row_of(enrolment) for enrolment in enrolments], newer="sequence")
        await rows.write(self._conn, kept, count_again(enrolments))

    async def locked_enrolments(self, enrolment_ids: Sequence[UUID]) -> Mapping[UUID, Enrolment]:
        """The enrolments that are known, locked until the transaction ends."""
        found = await self._all(LOCK_ENROLMENTS, enrolment_ids)
        return {row["enrolment_id"]: enrolment_from(row) for row in found}

    async def places(self, place_ids: Sequence[UUID]) -> Mapping[UUID, Place]:
        """The places that are known."""
        return {row["place_id"]: Place(**row) for row in await self._all(PLACES_BY_ID, place_ids)}

    async def places_of(self, enrolment_ids: Sequence[UUID]) -> Sequence[Place]:
        """The places of these enrolments, the one that changed last at the end."""
        return [Place(**row) for row in await self._all(PLACES_OF_ENROLMENTS, enrolment_ids)]

    async def save_places(self, places: Sequence[Place]) -> None:
        """Keep each place."""
        kept = rows.upserting(PLACES, [row_of(place) for place in places], newer="sequence")
        await rows.write(self._conn, kept, count_again(places))

    async def questionnaires(self, enrolment_ids: Sequence[UUID]) -> Sequence[Questionnaire]:
        """All questionnaires of these enrolments."""
        return [questionnaire_from(row) for row in await self._all(QUESTIONNAIRES_OF_ENROLMENTS, enrolment_ids)]

    async def planned_until(self, now: datetime, *, most: int) -> Sequence[Questionnaire]:
        """Planned ones that are due and not past closing, locked; those that another transaction works on are left out."""
        due = OPEN_QUESTIONNAIRES.where(
            QUESTIONNAIRES.c.status == "planned", QUESTIONNAIRES.c.due_at <= now, QUESTIONNAIRES.c.closes_at > now
        )
        return await self._open(due.order_by(QUESTIONNAIRES.c.due_at).limit(most))

    async def past_closing(self, now: datetime, *, most: int) -> Sequence[Questionnaire]:
        """Planned and due ones whose closing time has passed, locked; those that another transaction works on are left out."""
        closed = OPEN_QUESTIONNAIRES.where(QUESTIONNAIRES.c.closes_at <= now)
        return await self._open(closed.order_by(QUESTIONNAIRES.c.closes_at).limit(most))

    async def to_remind(self, now: datetime, *, most: int) -> Sequence[Questionnaire]:
        """Due ones whose reminder is due, locked; those that another transaction works on are left out."""
        due = OPEN_QUESTIONNAIRES.where(QUESTIONNAIRES.c.next_reminder_at <= now, QUESTIONNAIRES.c.closes_at > now)
        return await self._open(due.order_by(QUESTIONNAIRES.c.next_reminder_at).limit(most))

    async def add_questionnaires(self, questionnaires: Sequence[Questionnaire]) -> None:
        """Keep new questionnaires."""
        await rows.insert(self._conn, QUESTIONNAIRES, [questionnaire_row(questionnaire) for questionnaire in questionnaires])

    async def save_questionnaires(self, questionnaires: Sequence[Questionnaire]) -> None:
        """Keep the changed state and dates of questionnaires."""
        changed = [questionnaire_row(one) for one in questionnaires]
        kept = rows.updating(QUESTIONNAIRES, [{name: row[name] for name in CHANGING} for row in changed])
        await rows.write(self._conn, kept, count_again(questionnaires))

    async def newest_assessments(self, enrolment_id: UUID) -> Mapping[str, Assessment]:
        """The newest results of one enrolment, by time point."""
        statement = NEWEST_ASSESSMENTS.where(ASSESSMENTS.c.enrolment_id == enrolment_id)
        found = (await self._conn.execute(statement)).mappings()
        return {row["time_point"]: assessment_from(dict(row)) for row in found}

    async def add_assessments(self, assessments: Sequence[Assessment]) -> None:
        """Keep new versions of results; the old ones stay."""
        new = rows.inserting(ASSESSMENTS, [row_of(assessment) for assessment in assessments])
        await rows.write(self._conn, new, count_again(assessments))

    async def add_first_contacts(self, contacts: Sequence[MessageTold]) -> None:
        """Keep the contact of each person who has none yet, and have reports count it."""
        new = await rows.insert_new(
            self._conn,
            FIRST_CONTACTS,
            [{"participant_id": one.participant_id, "first_at": one.at} for one in contacts],
            returning="participant_id",
        )
        if new:
            await self._conn.execute(COUNT_PEOPLE_AGAIN, {"ids": new})

    async def signposting(self, signposting_id: UUID) -> Signposting | None:
        """The list of this id."""
        query = select(SIGNPOSTING).where(SIGNPOSTING.c.signposting_id == signposting_id)
        row = (await self._conn.execute(query)).mappings().one_or_none()
        return None if row is None else signposting_from(dict(row))

    async def add_taken_up(self, told: TakenUp, *, now: datetime) -> None:
        """Keep it; what was recorded before stays as it is."""
        row = {"signposting_id": told.signposting_id, "code": told.code, "taken_up_at": now, "recorded_by": told.by}
        await rows.insert_new(self._conn, TAKEN_UP, [row], returning="code")

    async def locked_questionnaire(self, questionnaire_id: UUID) -> Questionnaire | None:
        """The questionnaire, locked until the transaction ends."""
        query = select(QUESTIONNAIRES).where(QUESTIONNAIRES.c.questionnaire_id == questionnaire_id)
        found = await self._open(query.with_for_update(key_share=True))
        return found[0] if found else None

    async def add_to_draft(self, questionnaire_id: UUID, draft: Draft, *, now: datetime) -> None:
        """Add answers to the draft; what was answered before is replaced, everything else stays."""
        await drafts.add(self._conn, questionnaire_id, draft, now=now)

    async def forget_draft(self, questionnaire_id: UUID) -> None:
        """Delete what was answered and is sent now."""
        await drafts.forget(self._conn, questionnaire_id)

    async def add_new_concerns(self, raised: Sequence[Concern]) -> Sequence[UUID]:
        """Keep the concerns that were not raised before, begin their trails, and say which (their `concern_id`)."""
        return await concerns.add_new(self._conn, raised) if raised else []

    async def keep_own_links(self, links: Sequence[OwnLink]) -> None:
        """Keep each, unless a newer sequence is kept already."""
        await rows.upsert(self._conn, OWN_LINKS, [asdict(link) for link in links], newer="sequence")

    async def locked_concern(self, concern_id: UUID) -> Concern | None:
        """The concern, locked until the transaction ends."""
        return await concerns.locked(self._conn, concern_id)

    async def save_concern(self, concern: Concern) -> None:
        """Keep what became of a concern, and add it to its trail."""
        await concerns.save(self._conn, concern)

    async def add_new_signposting(self, signposting: Sequence[Signposting]) -> Sequence[UUID]:
        """Keep those whose enrolment has none yet, and say which (their `signposting_id`)."""
        return await rows.insert_new(self._conn, SIGNPOSTING, [row_of(one) for one in signposting], returning="signposting_id")

    async def local_services(self, outward_codes: Collection[str], *, today: date) -> Sequence[LocalService]:
        """The entries, uploaded or harvested, that are in date and in one of these places or everywhere."""
        return await DirectoryRecords(self._conn).local_services(outward_codes, today=today)

    async def add_interests(self, enrolment_id: UUID, interests: Sequence[str], *, by: str, now: datetime) -> None:
        """Keep what the person is interested in, in the place of what they said before."""
        row = {"enrolment_id": enrolment_id, "interests": list(interests), "told_at": now, "told_by": by}
        await rows.upsert(self._conn, INTERESTS, [row])

    async def interests_of(self, enrolment_ids: Sequence[UUID]) -> Mapping[UUID, Sequence[str]]:
        """What people said that they are interested in."""
        return await DirectoryRecords(self._conn).interests_of(enrolment_ids)

    async def _all(self, statement: Select[Any], ids: Sequence[UUID]) -> list[dict[str, Any]]:
        if not ids:
            return []
        return [dict(row) for row in (await self._conn.execute(statement, {"ids": list(ids)})).mappings()]

    async def _open(self, statement: Select[Any]) -> list[Questionnaire]:
        return [questionnaire_from(dict(row)) for row in (await self._conn.execute(statement)).mappings()]


def count_again(things: Sequence[Enrolment | Place | Questionnaire | Assessment]) -> rows.Write:
    """The mark that reports must count these enrolments again, in the statement that changes what is counted."""
    return rows.upserting(REPORT_CHANGES, [{"enrolment_id": one} for one in sorted({thing.enrolment_id for thing in things})])


def row_of(thing: Person | Site | Enrolment | Place | Questionnaire | Assessment | Signposting) -> dict[str, Any]:
    """A dataclass as the row of its table: their fields and columns have the same names."""
    row = {name: getattr(thing, name) for name in type(thing).__dataclass_fields__}
    for name in ROWS_WITHIN & row.keys():
        row[name] = [asdict(one) for one in row[name]]
    return row


def enrolment_from(row: Mapping[str, Any]) -> Enrolment:
    """An enrolment from its row."""
    return Enrolment(**{**row, "joints": tuple(row["joints"]), "access_needs": tuple(row["access_needs"])})


def questionnaire_row(questionnaire: Questionnaire) -> dict[str, Any]:
    """A questionnaire as its row; when the next reminder is due stands in a column of its own, to be looked for."""
    remind_at = [moment.isoformat() for moment in questionnaire.remind_at]
    return {**row_of(questionnaire), "remind_at": remind_at, "next_reminder_at": questionnaire.next_reminder_at}


def questionnaire_from(row: Mapping[str, Any]) -> Questionnaire:
    """A questionnaire from its row."""
    facts = {name: value for name, value in row.items() if name != "next_reminder_at"}
    facts["instruments"] = tuple(row["instruments"])
    facts["remind_at"] = tuple(datetime.fromisoformat(moment) for moment in row["remind_at"])
    return Questionnaire(**facts)


def assessment_from(row: Mapping[str, Any]) -> Assessment:
    """A version of results from its row."""
    return Assessment(
        **{
            **row,
            "scores": tuple(Score(**score) for score in row["scores"]),
            "changes": tuple(Change(**change) for change in row["changes"]),
        }
    )


def signposting_from(row: Mapping[str, Any]) -> Signposting:
    """A list of signposts from its row."""
    return Signposting(**{**row, "signposts": tuple(Signpost(**signpost) for signpost in row["signposts"])})
