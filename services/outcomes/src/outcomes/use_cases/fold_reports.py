"""Facts changed that reports count: what the enrolments added before is taken away, and what they add now is added."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol
from uuid import UUID

from outcomes.domain.report_facts import Cell, Known, Value, Values, cell_of, values_of
from outcomes.domain.statistics_of_sums import Sums

PORTION = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """What an enrolment added to the figures, and where."""

    cell: Cell
    values: Values


Deltas = Mapping[tuple[Cell, str], Sums]


class Records(Protocol):
    """Where what reports count is kept."""

    async def take_changed(self, now: datetime, *, most: int) -> Sequence[UUID]:
        """Enrolments whose facts changed, taken from the list."""

    async def known_for_reports(self, enrolment_ids: Sequence[UUID]) -> Mapping[UUID, Known]:
        """Everything known of these enrolments; one that was erased is missing."""

    async def counted(self, enrolment_ids: Sequence[UUID]) -> Mapping[UUID, Counted]:
        """What these enrolments added so far."""

    async def keep_counted(self, counted: Mapping[UUID, Counted], *, gone: Sequence[UUID]) -> None:
        """Keep what enrolments add now, and forget those that are gone."""

    async def add_to_cells(self, deltas: Deltas) -> None:
        """Add to the sums of each cell."""


async def fold_reports(*, records: Records, now: datetime) -> int:
    """Count at most a portion of the changed enrolments again, and return how many there were."""
    changed = await records.take_changed(now, most=PORTION)
    if not changed:
        return 0
    known = await records.known_for_reports(changed)
    before = await records.counted(changed)
    after = {one: Counted(cell=cell_of(facts), values=values_of(facts)) for one, facts in known.items()}
    deltas: defaultdict[tuple[Cell, str], Sums] = defaultdict(Sums)
    for sign, counted in ((-1, before), (1, after)):
        for enrolment_id, one in counted.items():
            if before.get(enrolment_id) == after.get(enrolment_id):
                continue
            for measure, value in one.values.items():
                for cell in {one.cell, replace(one.cell, cohort="")}:
                    deltas[cell, measure] = _plus(deltas[cell, measure], value, sign)
    await records.add_to_cells({key: sums for key, sums in deltas.items() if sums != Sums()})
    await records.keep_counted(after, gone=[one for one in before if one not in after])
    return len(changed)


def _plus(sums: Sums, value: Value, sign: int) -> Sums:
    return Sums(
        n=sums.n + sign,
        first=sums.first + sign * value.first,
        later=sums.later + sign * value.later,
        first_squared=sums.first_squared + sign * value.first**2,
        later_squared=sums.later_squared + sign * value.later**2,
        product=sums.product + sign * value.first * value.later,
        better=sums.better + sign * value.better,
        worse=sums.worse + sign * value.worse,
    )
