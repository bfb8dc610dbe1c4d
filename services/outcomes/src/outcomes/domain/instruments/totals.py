"""Sums of items, for the instruments that are scored by adding up and allow no missing answer."""

from collections.abc import Sequence

from outcomes.domain.instruments.instrument import Answers

ALL_NEEDED = "Every item of a scale is needed: a missing one means no score, and nothing is filled in."


def total(answers: Answers, *, item_ids: Sequence[str]) -> tuple[int | None, int]:
    """The sum of the items, or None if one is missing, and how many are."""
    given = [int(answers[item_id]) for item_id in item_ids if item_id in answers]
    return sum(given) if len(given) == len(item_ids) else None, len(item_ids) - len(given)
