"""Means, intervals and effect sizes from sums, so that a report need not look at every person again.

Quantiles are SciPy's. A sample of one has a mean, and neither a standard deviation nor an interval.
"""

import math
from dataclasses import dataclass

from scipy.special import ndtri, stdtrit

LEVEL = 0.975
LEAST_FOR_SPREAD = 2
Interval = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sums:
    """The sums over people of one measure: count, first and later values, their squares and product, important changes."""

    n: int = 0
    first: float = 0.0
    later: float = 0.0
    first_squared: float = 0.0
    later_squared: float = 0.0
    product: float = 0.0
    better: int = 0
    worse: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """A sample's size, mean, standard deviation (n - 1) and 95 % interval of the mean (Student's t)."""

    n: int
    mean: float
    sd: float | None
    interval: Interval | None


def spread(*, n: int, total: float, squares: float) -> Spread | None:
    """Describe a sample by its sums; None for an empty one."""
    if n == 0:
        return None
    mean = total / n
    if n < LEAST_FOR_SPREAD:
        return Spread(n=n, mean=mean, sd=None, interval=None)
    sd = math.sqrt(max(0.0, (squares - n * mean * mean) / (n - 1)))
    half = float(stdtrit(n - 1, LEVEL)) * sd / math.sqrt(n)
    return Spread(n=n, mean=mean, sd=sd, interval=(mean - half, mean + half))


def first_of(sums: Sums) -> Spread | None:
    """The first values."""
    return spread(n=sums.n, total=sums.first, squares=sums.first_squared)


def later_of(sums: Sums) -> Spread | None:
    """The later values of pairs."""
    return spread(n=sums.n, total=sums.later, squares=sums.later_squared)


def change_of(sums: Sums) -> Spread | None:
    """The changes of pairs: later minus first, person by person."""
    squares = sums.later_squared - 2 * sums.product + sums.first_squared
    return spread(n=sums.n, total=sums.later - sums.first, squares=squares)


def effect_size(sums: Sums) -> float | None:
    """The mean change in standard deviations of the first values; None where they don't differ."""
    first, change = first_of(sums), change_of(sums)
    return change.mean / first.sd if first and change and first.sd else None


def proportion_interval(*, count: int, of: int) -> Interval | None:
    """Wilson's 95 % interval of a proportion, as shares; None of nobody."""
    if of == 0:
        return None
    z = float(ndtri(LEVEL))
    share = count / of
    middle = (share + z * z / (2 * of)) / (1 + z * z / of)
    half = z / (1 + z * z / of) * math.sqrt(share * (1 - share) / of + z * z / (4 * of * of))
    return max(0.0, middle - half), min(1.0, middle + half)
