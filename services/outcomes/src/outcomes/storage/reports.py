"""What reports count: the sums by cell, what each enrolment added to them, and the enrolments to be counted again."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Float, Integer, Table, Text, TextClause, bindparam, func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from outcomes.domain.place import Place
from outcomes.domain.report_facts import Cell, Known, Value
from outcomes.domain.statistics_of_sums import Sums
from outcomes.storage.repositories import (
    NEWEST_ASSESSMENTS,
    PLACES_OF_ENROLMENTS,
    QUESTIONNAIRES_OF_ENROLMENTS,
    assessment_from,
    enrolment_from,
    is_one_of,
    questionnaire_from,
)
from outcomes.storage.tables import (
    ASSESSMENTS,
    ENROLMENTS,
    FIRST_CONTACTS,
    REPORT_CELLS,
    REPORT_CHANGES,
    REPORT_COHORT_CELLS,
    REPORT_COUNTED,
)
from outcomes.use_cases.fold_reports import Counted, Deltas
from outcomes.use_cases.views import ReportFilter
from service_kit import rows

DIMENSIONS = ("programme", "site", "cohort", "channel", "joint", "month")
SUMS = tuple(Sums.__dataclass_fields__)
TAKE_CHANGED = text(
    "DELETE FROM report_changes WHERE enrolment_id IN (SELECT enrolment_id FROM report_changes WHERE marked_at <= :now"
    " ORDER BY marked_at LIMIT :most FOR UPDATE SKIP LOCKED) RETURNING enrolment_id"
)
_TYPES = {
    **dict.fromkeys((*DIMENSIONS, "measure"), Text),
    **dict.fromkeys(("n", "better", "worse"), Integer),
    **dict.fromkeys(("first", "later", "first_squared", "later_squared", "product"), Float),
}


def _adding(table: Table) -> TextClause:
    # The names are those of a SQLAlchemy table, never input.
    columns, arrays = ", ".join(_TYPES), ", ".join(f":{name}" for name in _TYPES)
    keys = ", ".join((*DIMENSIONS, "measure"))
    sums = ", ".join(f"{name} = {table.name}.{name} + excluded.{name}" for name in SUMS)
    insertion = f"INSERT INTO {table.name} ({columns}) SELECT * FROM unnest({arrays})"  # noqa: S608 - see above
    return text(f"{insertion} ON CONFLICT ({keys}) DO UPDATE SET {sums}").bindparams(
        *(bindparam(name, type_=ARRAY(kind, dimensions=1)) for name, kind in _TYPES.items())
    )


ADD_TOGETHER, ADD_TO_COHORTS = _adding(REPORT_CELLS), _adding(REPORT_COHORT_CELLS)


async def next_count(conn: AsyncConnection) -> datetime | None:
    """Since when the enrolment that waits longest has waited to be counted again."""
    soonest: datetime | None = (await conn.execute(select(func.min(REPORT_CHANGES.c.marked_at)))).scalar_one()
    return soonest


class ReportRecords:
    """The rows of one transaction that counts enrolments again; one such transaction runs at a time."""

    def __init__(self, conn: AsyncConnection) -> None:
        self._conn = conn

    async def take_changed(self, now: datetime, *, most: int) -> Sequence[UUID]:
        """Enrolments whose facts changed, taken from the list."""
        return list((await self._conn.execute(TAKE_CHANGED, {"now": now, "most": most})).scalars())

    async def known_for_reports(self, enrolment_ids: Sequence[UUID]) -> Mapping[UUID, Known]:
        """Everything known of these enrolments; one that was erased is missing."""
        newest: dict[UUID, dict[str, Any]] = {}
        for row in await self._all(NEWEST_ASSESSMENTS.where(is_one_of(ASSESSMENTS.c.enrolment_id)), enrolment_ids):
            newest.setdefault(row["enrolment_id"], {})[row["time_point"]] = assessment_from(row)
        places = {row["enrolment_id"]: Place(**row) for row in await self._all(PLACES_OF_ENROLMENTS, enrolment_ids)}
        asked: dict[UUID, list[Any]] = {}
        for row in await self._all(QUESTIONNAIRES_OF_ENROLMENTS, enrolment_ids):
            asked.setdefault(row["enrolment_id"], []).append(questionnaire_from(row))
        enrolments = (
            select(ENROLMENTS, FIRST_CONTACTS.c.first_at)
            .outerjoin(FIRST_CONTACTS, FIRST_CONTACTS.c.participant_id == ENROLMENTS.c.participant_id)
            .where(is_one_of(ENROLMENTS.c.enrolment_id))
        )
        found: dict[UUID, Known] = {}
        for row in await self._all(enrolments, enrolment_ids):
            first_contact_at = row.pop("first_at")
            enrolment = enrolment_from(row)
            found[enrolment.enrolment_id] = Known(
                enrolment=enrolment,
                place=places.get(enrolment.enrolment_id),
                questionnaires=asked.get(enrolment.enrolment_id, []),
                newest=newest.get(enrolment.enrolment_id, {}),
                first_contact_at=first_contact_at,
            )
        return found

    async def counted(self, enrolment_ids: Sequence[UUID]) -> Mapping[UUID, Counted]:
        """What these enrolments added so far."""
        query = select(REPORT_COUNTED).where(is_one_of(REPORT_COUNTED.c.enrolment_id))
        return {row["enrolment_id"]: _counted(row) for row in await self._all(query, enrolment_ids)}

    async def keep_counted(self, counted: Mapping[UUID, Counted], *, gone: Sequence[UUID]) -> None:
        """Keep what enrolments add now, and forget those that are gone."""
        kept = [
            {
                "enrolment_id": enrolment_id,
                "cell": asdict(one.cell),
                "values": {name: [value.first, value.later, value.better, value.worse] for name, value in one.values.items()},
            }
            for enrolment_id, one in counted.items()
        ]
        await rows.upsert(self._conn, REPORT_COUNTED, kept)
        if gone:
            await self._conn.execute(REPORT_COUNTED.delete().where(REPORT_COUNTED.c.enrolment_id.in_(gone)))

    async def add_to_cells(self, deltas: Deltas) -> None:
        """Add to the sums of each cell, in key order."""
        added = [
            {**asdict(cell), "measure": measure, **asdict(sums)} for (cell, measure), sums in sorted(deltas.items(), key=_key)
        ]
        together = [row for row in added if not row["cohort"]]
        of_cohorts = [row for row in added if row["cohort"]]
        for statement, rows_ in ((ADD_TOGETHER, together), (ADD_TO_COHORTS, of_cohorts)):
            if rows_:
                await self._conn.execute(statement, {name: [row[name] for row in rows_] for name in _TYPES})

    async def _all(self, statement: Any, enrolment_ids: Sequence[UUID]) -> list[dict[str, Any]]:
        found = await self._conn.execute(statement, {"ids": list(enrolment_ids)})
        return [dict(row) for row in found.mappings()]


async def sums_of(conn: AsyncConnection, wanted: ReportFilter) -> Mapping[str, Mapping[str, Sums]]:
    """The sums of every measure that the filter leaves, by the value of the dimension that is asked for ("" for all)."""
    of_cohorts = wanted.cohort is not None or wanted.by == "cohort"
    cells = (REPORT_COHORT_CELLS if of_cohorts else REPORT_CELLS).c
    by = cells[wanted.by] if wanted.by else text("''")
    conditions = [cells.programme == wanted.programme]
    if wanted.cohort is not None:
        conditions.append(cells.cohort == wanted.cohort)
    chosen = {name: getattr(wanted, name) for name in ("site", "channel", "joint")}
    conditions.extend(cells[name] == value for name, value in chosen.items() if value is not None)
    if wanted.since is not None:
        conditions.append(cells.month >= wanted.since)
    if wanted.until is not None:
        conditions.append(cells.month <= wanted.until)
    if wanted.sites:
        conditions.append(cells.site.in_(wanted.sites))
    groups = [cells.measure, *([by] if wanted.by else [])]
    query = select(
        by.label("by") if wanted.by else text("'' AS by"), cells.measure, *(func.sum(cells[name]).label(name) for name in SUMS)
    )
    found = await conn.execute(query.where(*conditions).group_by(*groups))
    answer: dict[str, dict[str, Sums]] = {}
    for row in found.mappings():
        kept = {name: row[name] for name in SUMS}
        answer.setdefault(row["by"], {})[row["measure"]] = Sums(
            **{**kept, **{name: int(kept[name]) for name in ("n", "better", "worse")}}
        )
    return answer


def _counted(row: Mapping[str, Any]) -> Counted:
    values = {
        name: Value(first=first, later=later, better=better, worse=worse)
        for name, (first, later, better, worse) in row["values"].items()
    }
    return Counted(cell=Cell(**row["cell"]), values=values)


def _key(item: tuple[tuple[Cell, str], Sums]) -> tuple[Cell, str]:
    return item[0]
