"""Absences in a row: after two of them somebody asks how the person is."""

from collections.abc import Iterable

from scheduling.domain.registers import ABSENT, PRESENT

MISSED_TOO_MANY = 2


def missed_in_a_row(statuses: Iterable[str]) -> int:
    """How many sessions somebody has missed since they last came, of their statuses in the order of the sessions.

    An excused absence was explained: it neither counts nor ends the row.
    """
    missed = 0
    for status in statuses:
        if status == PRESENT:
            missed = 0
        elif status == ABSENT:
            missed += 1
    return missed
