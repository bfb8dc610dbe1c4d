"""Staff choose a session of another cohort for somebody who is owed one of its themes."""

from datetime import datetime
from uuid import UUID

from scheduling.domain.broken_rule import BrokenRuleError
from scheduling.domain.cohorts import OPEN, PLANNED, RUNNING, Cohort, Session, UnknownSessionError
from scheduling.domain.make_ups import COMING, FULL, NOBODY_FREE, MakeUp, themes_owed
from scheduling.domain.open_register import Staff
from scheduling.domain.places import ON_REGISTER, Place, UnknownPlaceError
from scheduling.domain.tasks import MAKE_UP_LOST
from scheduling.use_cases.changes import Changes
from scheduling.use_cases.offering import Offering
from scheduling.use_cases.raise_tasks import settle
from scheduling.use_cases.repositories import Repositories


async def book_make_up(
    *, place_id: UUID, session_id: UUID, by: Staff, offering: Offering, repositories: Repositories, now: datetime
) -> Changes:
    """Let somebody come to one session of another cohort, within its capacity and close attention; again, it changes nothing.

    The person hears of it once. Raises BrokenRuleError, UnknownPlaceError and UnknownSessionError.
    """
    await repositories.seats.lock_placing(sorted(offering.programmes))
    host_id = await repositories.cohorts.id_of_session(session_id)
    if host_id is None:
        raise UnknownSessionError
    own_id = await _own_cohort(place_id, repositories)
    locked = {one: await repositories.cohorts.locked(one) for one in sorted({host_id, own_id})}
    [place] = await repositories.places.locked([place_id])
    host, own = locked[host_id], locked[own_id]
    if host is None or own is None:
        raise UnknownSessionError
    session = host.session(session_id)
    if any(one.session_id == session_id and one.is_expected for one in place.make_ups):
        return Changes()
    _refuse_other_cohort(place, host, session, now=now)
    await _refuse_other_employer(place, host, repositories)
    programme = offering.programmes[place.programme]
    attended = (await repositories.registers.attended([place_id])).get(place_id, [])
    owed = themes_owed(programme, cohort=own, attended=attended, make_ups=place.make_ups)
    themes = tuple(code for code in session.themes if code in owed)
    if not themes:
        titles = ", ".join(programme.theme_title(code) for code in owed) or "nothing"
        raise BrokenRuleError("session_id", f"session_id must be a session about what the person is owed: that is {titles}.")
    _refuse_overlap(place, own, session)
    free, free_close_attention = await repositories.seats.left_at(session_id)
    if free <= 0:
        raise BrokenRuleError("session_id", FULL)
    if place.close_attention and free_close_attention <= 0:
        raise BrokenRuleError("session_id", NOBODY_FREE)
    make_up = MakeUp(
        session_id=session_id,
        cohort_id=host_id,
        of_cohort_id=own_id,
        themes=themes,
        status=COMING,
        booked_by=by.id,
        booked_by_name=by.name,
        booked_at=now,
        site_id=host.site_of(session),
        site_name=session.elsewhere.site_name if session.elsewhere else host.site_name,
        starts_at=session.starts_at,
        ends_at=session.ends_at,
    )
    after = place.with_make_up(make_up, now=now)
    await repositories.places.change([after])
    await repositories.seats.recount([host_id])
    await settle(kind=MAKE_UP_LOST, about=[str(place_id)], repositories=repositories)
    return Changes(places=((after, own.span),))


async def _own_cohort(place_id: UUID, repositories: Repositories) -> UUID:
    # Placing is locked: which cohort it is can't change any more.
    found = await repositories.places.found([place_id])
    if not found:
        raise UnknownPlaceError
    [place] = found
    if place.cohort_id is None or place.status not in ON_REGISTER:
        raise BrokenRuleError("place_id", f"place_id must be a place in a cohort: it is {place.status}.")
    return place.cohort_id


def _refuse_other_cohort(place: Place, host: Cohort, session: Session, *, now: datetime) -> None:
    if host.cohort_id == place.cohort_id:
        raise BrokenRuleError("session_id", "session_id must be a session of another cohort than the person is in.")
    if host.programme != place.programme:
        raise BrokenRuleError("session_id", "session_id must be a session of the same programme.")
    if host.status not in (OPEN, RUNNING):
        raise BrokenRuleError("session_id", f"session_id must be a session of an open or running cohort: it is {host.status}.")
    if session.status != PLANNED or session.starts_at <= now:
        raise BrokenRuleError("session_id", f"session_id must be a session still to come: number {session.number} is not.")


async def _refuse_other_employer(place: Place, host: Cohort, repositories: Repositories) -> None:
    if host.employer is None:
        return
    enrolments = await repositories.enrolments.of_people([place.participant_id])
    if not any(one.enrolment_id == place.enrolment_id and one.employer == host.employer for one in enrolments):
        raise BrokenRuleError("session_id", "session_id must not be a session of another employer's own cohort.")


def _refuse_overlap(place: Place, own: Cohort, session: Session) -> None:
    theirs = [one for one in own.sessions if one.status == PLANNED]
    if any(one.starts_at < session.ends_at and session.starts_at < one.ends_at for one in theirs) or any(
        one.overlaps(session.starts_at, session.ends_at) for one in place.make_ups
    ):
        raise BrokenRuleError("session_id", "session_id must be a session at another time than one the person comes to.")
