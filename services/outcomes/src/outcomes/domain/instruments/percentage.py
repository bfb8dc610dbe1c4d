"""How KOOS, HOOS and their short forms turn answers into 0 (worst) to 100 (best)."""

from collections.abc import Sequence

from outcomes.domain.instruments.instrument import Answers

POINTS_PER_STEP = 25


def percentage(answers: Answers, *, item_ids: Sequence[str], least_answered: int) -> tuple[float | None, int]:
    """100 minus 25 times the mean of the answered items (each 0 to 4), unrounded, and how many items are missing.

    The value is None where fewer than `least_answered` items have an answer.
    """
    given = [answers[item_id] for item_id in item_ids if item_id in answers]
    value = 100 - POINTS_PER_STEP * sum(given) / len(given) if len(given) >= least_answered else None
    return value, len(item_ids) - len(given)
