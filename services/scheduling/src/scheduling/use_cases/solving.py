"""What a solver is asked, and what it answers."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeAlias

from scheduling.domain.assignment import Plan, Round


class NotSolvedError(RuntimeError):
    """A solver's plan breaks a limit, so nothing of it is used."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """How good a plan is in one respect; `bound` is what no plan can exceed, None where that isn't proven."""

    name: str
    value: int
    bound: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Solution:
    """A plan, and level by level how far from the best it can be."""

    plan: Plan
    levels: tuple[Level, ...]

    @property
    def is_proven(self) -> bool:
        """Whether no plan is better."""
        return all(one.bound == one.value for one in self.levels)

    @property
    def gap(self) -> float | None:
        """The distance from the optimum as a share, of people placed and days; 0.0 is the optimum, None is not known."""
        first = self.levels[0]
        if first.bound is None:
            return None
        return (first.bound - first.value) / first.bound if first.bound else 0.0


Solve: TypeAlias = Callable[[Round], Awaitable[Solution]]
