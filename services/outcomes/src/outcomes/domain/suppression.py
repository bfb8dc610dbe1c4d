"""Small counts stay inside the service: those under 5, and those that they could be worked out from."""

from collections.abc import Sequence

LEAST_SHOWN = 5


def is_small(count: int) -> bool:
    """Whether a count is too small to be passed on; nobody at all is no one's secret."""
    return 0 < count < LEAST_SHOWN


def hidden_shares(count: int, *, of: int) -> bool:
    """Whether a share must be hidden: because of those counted, of the others, or of all."""
    return is_small(count) or is_small(of - count) or is_small(of)


def hidden(counts: Sequence[int]) -> frozenset[int]:
    """The positions to hide of counts whose sum is known: the small ones, and more until those hidden can't be worked out.

    What is hidden adds up to at least 5 and is never a single count, or everything is hidden.
    """
    small = {place for place, count in enumerate(counts) if is_small(count)}
    if not small:
        return frozenset()
    others = sorted((count, place) for place, count in enumerate(counts) if place not in small and count)
    while others and (len(small) == 1 or sum(counts[place] for place in small) < LEAST_SHOWN):
        small.add(others.pop(0)[1])
    return frozenset(small)
