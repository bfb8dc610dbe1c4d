"""Where and when the next cohorts should open, by who waits: the site and times that would fill best, again and again."""

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise

from scheduling.domain.assignment import Hopeful
from scheduling.domain.fitting import OpenCohort, Reach, fits
from scheduling.domain.programmes import Programme
from scheduling.domain.session_dates import WEEKDAYS
from scheduling.domain.week import PARTS, as_bits

# Cohorts are suggested for the days from Monday to Friday.
_WORKING_DAYS = WEEKDAYS[:5]


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """A cohort that should open: `expected` people of the list would fill it, the longest of whom has waited so many days.

    `part` is am, pm or eve; `could_come` counts everybody whom it would fit, before capacity and close attention.
    """

    site_id: str
    weekdays: tuple[str, ...]
    part: str
    expected: int
    capacity: int
    could_come: int
    longest_wait_days: int


def suggest_cohorts(
    people: Sequence[Hopeful],
    sites: Sequence[OpenCohort],
    *,
    programme: Programme,
    reach: Reach,
    waited: Sequence[int],
    most: int,
) -> list[Suggestion]:
    """Suggest at most so many cohorts, the fullest first; each person counts for the first that would take them.

    `sites` are cohorts that could be, without times; `waited` are the days that each of the people has waited.
    """
    near = {site.site_id: [number for number, one in enumerate(people) if fits(one.seeker, site, reach=reach)] for site in sites}
    capacity_of = {site.site_id: site.capacity for site in sites}
    placed: set[int] = set()

    def who(site_id: str, times: int) -> tuple[list[int], int]:
        fitting = [one for one in near[site_id] if one not in placed and not times & ~people[one].seeker.available]
        return _taken(fitting, people, capacity_of[site_id], programme.close_attention_limit), len(fitting)

    # What a cohort would hold only falls as others are suggested, so only the one in front is counted again.
    heap = [
        (-len(who(site.site_id, times)[0]), site.site_id, days, part, times)
        for site in sites
        for days, part, times in weekly_times(programme)
    ]
    heapq.heapify(heap)
    found: list[Suggestion] = []
    while heap and len(found) < most:
        before, site_id, days, part, times = heapq.heappop(heap)
        taken, could_come = who(site_id, times)
        if not taken:
            continue
        if len(taken) < -before:
            heapq.heappush(heap, (-len(taken), site_id, days, part, times))
            continue
        placed.update(taken)
        found.append(
            Suggestion(
                site_id=site_id,
                weekdays=days,
                part=part,
                expected=len(taken),
                capacity=capacity_of[site_id],
                could_come=could_come,
                longest_wait_days=max(waited[one] for one in taken),
            )
        )
        heapq.heappush(heap, (-len(who(site_id, times)[0]), site_id, days, part, times))
    return found


def weekly_times(programme: Programme) -> Iterator[tuple[tuple[str, ...], str, int]]:
    """Every choice of weekdays that the programme allows, for each part of the day, and the two as bits."""
    for days in combinations(_WORKING_DAYS, programme.sessions_a_week):
        numbers = [WEEKDAYS.index(day) for day in days]
        if any(later - earlier == 1 for earlier, later in pairwise([*numbers, numbers[0] + len(WEEKDAYS)])):
            continue
        for part in PARTS:
            yield days, part, as_bits(f"{day}-{part}" for day in days)


def _taken(fitting: Sequence[int], people: Sequence[Hopeful], capacity: int, close_attention_limit: int) -> list[int]:
    """The people whom a cohort would take, in the order of the list."""
    taken: list[int] = []
    flagged = 0
    for one in fitting:
        if len(taken) == capacity:
            break
        if people[one].seeker.close_attention:
            if flagged == close_attention_limit:
                continue
            flagged += 1
        taken.append(one)
    return taken
