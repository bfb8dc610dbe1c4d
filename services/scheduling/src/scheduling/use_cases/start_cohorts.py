"""A cohort's first session begins: the cohort is closed to new people."""

from datetime import datetime

from scheduling.use_cases.changes import Changes
from scheduling.use_cases.repositories import Repositories

PORTION = 100


async def start_cohorts(*, repositories: Repositories, now: datetime) -> Changes:
    """Start a portion of the cohorts whose first session has begun."""
    cohorts = [cohort.started(now=now) for cohort in await repositories.cohorts.locked_to_start(now=now, limit=PORTION)]
    for cohort in cohorts:
        await repositories.cohorts.change(cohort)
    return Changes(cohorts=tuple(cohorts))
