"""The best plan for a waiting list, by HiGHS (https://highs.dev), with the distance from the optimum stated.

Each person goes to at most one cohort, a cohort takes so many people and so many of them flagged. These limits are those of a
network (people to flagged seats to seats), so every corner of the linear programme is whole: its optimum is the optimum.

What matters less is decided among the plans that are best in what matters more: columns and rows with a price stay as they are.
"""

import time
from collections.abc import Callable

import highspy
import numpy as np
import numpy.typing as npt

from scheduling.domain.assignment import Option, Plan, Round, broken_limits, first_come_first_served, in_turn
from scheduling.use_cases.solving import Level, NotSolvedError, Solution

# Prices are whole numbers, as all costs are: less than this is rounding.
_ALMOST_NOTHING = 0.5
# More than any chain of people changing places could win or lose in days.
_ONE_MORE_PERSON = 1_000_000

Floats = npt.NDArray[np.float64]


def solve(
    of: Round,
    *,
    seconds: float,
    progress: Callable[[str], None] = lambda _: None,
    given_up: Callable[[], bool] = lambda: False,
) -> Solution:
    """Find the best plan within so many seconds (real time). Where time runs out, the levels say what is not proven.

    Without time for any plan people are served as they came. `given_up` is asked at every step of the solver, which ends at once
    when it says so. Raises NotSolvedError if the solver contradicts the limits.
    """
    if not of.options:
        return Solution(plan={}, levels=tuple(Level(name=name, value=0, bound=0) for name in NAMES))
    until = time.monotonic() + seconds
    programme = _Programme(of, given_up=given_up)
    plan: Plan | None = None
    levels: list[Level] = []
    for name, gain in zip(NAMES, _gains(of), strict=True):
        progress(name)
        outcome = programme.maximise(gain, seconds=until - time.monotonic()) if len(levels) == len(_proven(levels)) else None
        if outcome is not None:
            plan = programme.plan()
        value = _value(plan if plan is not None else first_come_first_served(of), gain, of)
        bound = value if outcome is not None else _loose_bound(of) if not levels else None
        levels.append(Level(name=name, value=value, bound=bound))
    plan = in_turn(plan, of=of) if plan is not None else first_come_first_served(of)
    if broken := broken_limits(plan, of=of):
        raise NotSolvedError("; ".join(broken[:3]))
    return Solution(plan=plan, levels=tuple(levels))


NAMES = ("people placed, then days until they start", "days they have waited", "travel")


def _loose_bound(of: Round) -> int:
    """What no plan can exceed on the first level, whatever the time: everybody who fits anywhere, or every place."""
    return _ONE_MORE_PERSON * min(len({one.person for one in of.options}), sum(one.free for one in of.cohorts))


def _proven(levels: list[Level]) -> list[Level]:
    return [one for one in levels if one.bound == one.value]


def _gains(of: Round) -> list[Floats]:
    """What each option wins, level by level."""
    starts_in = np.array(of.starts_in, dtype=np.float64)
    waited = np.array(of.waited, dtype=np.float64)
    person, cohort, tenths = _columns(of)
    return [_ONE_MORE_PERSON - starts_in[cohort], waited[person], -tenths.astype(np.float64)]


def _columns(of: Round) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32], npt.NDArray[np.int32]]:
    table = np.array([(one.person, one.cohort, one.tenths_of_km) for one in of.options], dtype=np.int32)
    return table[:, 0], table[:, 1], table[:, 2]


def _value(plan: Plan, gain: Floats, of: Round) -> int:
    numbers = {option: number for number, option in enumerate(of.options)}
    return round(float(sum(gain[numbers[option]] for option in plan.values())))


class _Programme:
    """The linear programme: a column for each option, a row for each person, each cohort, and each cohort's flagged people."""

    def __init__(self, of: Round, *, given_up: Callable[[], bool]) -> None:
        self._given_up = given_up
        self._options: tuple[Option, ...] = of.options
        self._solver = highspy.Highs()  # type: ignore[no-untyped-call]  # its constructor has no type hints
        self._solver.setOptionValue("output_flag", False)  # noqa: FBT003 - the library's own signature
        self._solver.cbSimplexInterrupt += self._stop_if_given_up
        person, cohort, _ = _columns(of)
        people, cohorts, options = len(of.people), len(of.cohorts), len(of.options)
        flagged = np.array([one.seeker.close_attention for one in of.people])[person]
        starts = np.zeros(options + 1, dtype=np.int32)
        starts[1:] = np.cumsum(2 + flagged.astype(np.int32))
        rows = np.empty(starts[-1], dtype=np.int32)
        rows[starts[:-1]] = person
        rows[starts[:-1] + 1] = people + cohort
        rows[starts[:-1][flagged] + 2] = people + cohorts + cohort[flagged]
        model = highspy.HighsLp()
        model.num_col_, model.num_row_ = options, people + 2 * cohorts
        model.col_lower_, model.col_upper_ = np.zeros(options), np.ones(options)
        model.col_cost_ = np.zeros(options)
        model.row_lower_ = np.full(people + 2 * cohorts, -highspy.kHighsInf)
        free = [float(one.free) for one in of.cohorts]
        model.row_upper_ = np.concatenate([np.ones(people), free, [float(one.free_close_attention) for one in of.cohorts]])
        model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
        model.a_matrix_.start_, model.a_matrix_.index_, model.a_matrix_.value_ = starts, rows, np.ones(starts[-1])
        model.sense_ = highspy.ObjSense.kMaximize
        self._solver.passModel(model)

    def maximise(self, gain: Floats, *, seconds: float) -> float | None:
        """Find the best of the plans that are left, and leave only those that are as good; None if it was stopped before."""
        if seconds <= 0 or self._given_up():
            return None
        every = np.arange(len(self._options), dtype=np.int32)
        # Without what is known of the last level's corner, so that what it fixed is taken out first: that is faster.
        self._solver.clearSolver()
        self._solver.changeColsCost(len(every), every, gain)
        self._solver.setOptionValue("time_limit", self._solver.getRunTime() + seconds)
        self._solver.run()
        if self._solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return None
        self._keep_to_the_best(every)
        return float(self._solver.getInfo().objective_function_value)

    def plan(self) -> Plan:
        """The plan that was found last."""
        return {self._options[number].person: self._options[number] for number in np.nonzero(self._chosen > _ALMOST_NOTHING)[0]}

    def _stop_if_given_up(self, event: highspy.HighsCallbackEvent) -> None:
        if self._given_up():
            event.interrupt()

    def _keep_to_the_best(self, every: npt.NDArray[np.int32]) -> None:
        found = self._solver.getSolution()
        self._chosen = np.round(np.array(found.col_value))
        model = self._solver.getLp()
        lower, upper = np.array(model.col_lower_), np.array(model.col_upper_)
        priced = np.abs(np.array(found.col_dual)) > _ALMOST_NOTHING
        lower[priced] = upper[priced] = self._chosen[priced]
        used = np.round(np.array(found.row_value))
        full = np.nonzero(np.abs(np.array(found.row_dual)) > _ALMOST_NOTHING)[0]
        self._solver.changeColsBounds(len(every), every, lower, upper)
        for row in full:
            self._solver.changeRowBounds(int(row), used[row], used[row])
