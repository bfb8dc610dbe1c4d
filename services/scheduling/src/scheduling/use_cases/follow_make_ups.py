"""Sessions of a cohort move or are cancelled: what follows for those who come to them from other cohorts."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from scheduling.domain.cohorts import CANCELLED, PLANNED, Cohort, Session
from scheduling.domain.make_ups import COMING
from scheduling.domain.places import Place
from scheduling.domain.tasks import MAKE_UP_LOST, Task, new_task
from scheduling.use_cases.changes import PlaceChange
from scheduling.use_cases.repositories import Repositories


async def lock_with_company(cohort_id: UUID, *, repositories: Repositories, now: datetime) -> Cohort | None:
    """Lock a cohort, and with it in key order those between which and it somebody makes up. Placing must be locked."""
    await repositories.seats.lock(await repositories.places.with_company([cohort_id]), now=now)
    return await repositories.cohorts.locked(cohort_id)


async def follow_make_ups(
    *, before: Cohort, cohort: Cohort, repositories: Repositories, now: datetime, new_id: Callable[[], UUID]
) -> list[PlaceChange]:
    """Tell guests of a stored cohort's changed sessions. Where they can't come any more, staff get a task to find another.

    The cohort and its company must be locked.
    """
    planned = {one.session_id: one.starts_at for one in before.sessions if one.status == PLANNED}
    changed = [
        one
        for one in cohort.sessions
        if one.session_id in planned and (one.status == CANCELLED or one.starts_at != planned[one.session_id])
    ]
    guests = await repositories.places.guests_at([one.session_id for one in changed]) if changed else []
    told: list[PlaceChange] = []
    lost: list[Task] = []
    for place in guests:
        own = await repositories.cohorts.locked(place.cohort_id) if place.cohort_id else None
        if own is None:
            continue
        gone = [one.session_id for one in changed if _cannot_come(place, own, one)]
        after = place.told_again(now=now) if not gone else place
        for session_id in gone:
            after = after.without_make_up(session_id, status=CANCELLED, now=now)
        told.append((after, own.span))
        if gone:
            lost.append(
                new_task(
                    task_id=new_id(),
                    kind=MAKE_UP_LOST,
                    about=str(place.place_id),
                    cohort_id=own.cohort_id,
                    participant_id=place.participant_id,
                    now=now,
                )
            )
    await repositories.places.change([place for place, _ in told])
    await repositories.seats.recount([cohort.cohort_id] if told else [])
    await repositories.tasks.raise_(lost)
    return told


def _cannot_come(place: Place, own: Cohort, session: Session) -> bool:
    """Whether it is cancelled, or when the person's own cohort meets."""
    if not any(one.session_id == session.session_id and one.status == COMING for one in place.make_ups):
        return False
    return session.status == CANCELLED or any(
        one.status == PLANNED and one.starts_at < session.ends_at and session.starts_at < one.ends_at for one in own.sessions
    )
