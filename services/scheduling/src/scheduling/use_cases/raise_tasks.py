"""Tasks for staff that follow from what was recorded, and those that are not needed any more."""

from collections.abc import Callable, Sequence
from datetime import datetime
from uuid import UUID

from scheduling.domain.tasks import CLOSE_ATTENTION_OVER, new_task
from scheduling.use_cases.repositories import Repositories


async def raise_where_attention_is_over(
    cohort_ids: Sequence[UUID], *, repositories: Repositories, now: datetime, new_id: Callable[[], UUID]
) -> None:
    """Raise an urgent task for each cohort that has more people who need close attention than it may; settle the others'."""
    if not cohort_ids:
        return
    over = await repositories.seats.over_close_attention(cohort_ids)
    await repositories.tasks.raise_(
        [
            new_task(task_id=new_id(), kind=CLOSE_ATTENTION_OVER, about=str(cohort_id), cohort_id=cohort_id, now=now)
            for cohort_id in over
        ]
    )
    within = [str(cohort_id) for cohort_id in cohort_ids if cohort_id not in over]
    await settle(kind=CLOSE_ATTENTION_OVER, about=within, repositories=repositories)


async def settle(*, kind: str, about: Sequence[str], repositories: Repositories) -> None:
    """Mark unfinished tasks about these things as not needed any more."""
    if not about:
        return
    unfinished = await repositories.tasks.unfinished(kind, about)
    await repositories.tasks.change([task.not_needed() for task in unfinished])
