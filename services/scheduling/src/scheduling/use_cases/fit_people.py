"""Whether sessions can be where, when and with whom they are wanted: everything that a change of them must keep to."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from scheduling.domain.bookings import refuse_taken
from scheduling.domain.broken_rule import BrokenRuleError
from scheduling.domain.cohorts import Cohort, Session
from scheduling.domain.facilitators import refuse_cover, refuse_lead
from scheduling.domain.programmes import Programme
from scheduling.domain.session_dates import LONDON, Calendar
from scheduling.domain.sites import UnknownSiteError
from scheduling.use_cases.repositories import Repositories


async def refuse_unfit_sessions(
    cohort: Cohort,
    sessions: Sequence[Session],
    *,
    programmes: Mapping[str, Programme],
    bank_holidays: Mapping[str, Calendar],
    repositories: Repositories,
) -> None:
    """Raise BrokenRuleError unless these sessions of a cohort can be as they are.

    Their days are not closed, their times within opening hours; the lead and the cover may lead there then, and neither they nor
    the room are booked.
    """
    programme = programmes.get(cohort.programme)
    if programme is None:
        raise BrokenRuleError("programme", f"programme {cohort.programme} is not known here any more.")
    by_place: dict[tuple[str, UUID | None], list[Session]] = {}
    for session in sessions:
        by_place.setdefault((cohort.site_of(session), cohort.room_of(session)), []).append(session)
    for (site_id, room_id), there in by_place.items():
        site = await repositories.sites.get(site_id)
        if site is None:
            raise UnknownSiteError
        calendar = bank_holidays[site.division].with_closures(site.closed_on)
        for session in there:
            calendar.refuse_closed(session.starts_at.astimezone(LONDON).date(), field="starts_on")
        times = [(session.starts_at, session.ends_at) for session in there]
        site.refuse_outside_hours(times)
        await refuse_unfit_people(
            programme=programme,
            site_id=site_id,
            sessions=there,
            lead_id=cohort.lead_id,
            cover_id=cohort.cover_id,
            repositories=repositories,
        )
        taken = await repositories.bookings.taken(
            cohort_id=cohort.cohort_id,
            rooms=[room_id] if room_id else [],
            facilitators=[one for one in (cohort.lead_id, cohort.cover_id) if one],
            times=times,
        )
        refuse_taken(taken, field="starts_at")


async def refuse_unfit_people(
    *,
    programme: Programme,
    site_id: str,
    sessions: Sequence[Session],
    lead_id: UUID | None,
    cover_id: UUID | None,
    repositories: Repositories,
) -> None:
    """Raise BrokenRuleError unless the lead may lead these sessions and the cover may stand in, where they are given."""
    if lead_id is not None and lead_id == cover_id:
        raise BrokenRuleError("cover_id", "cover_id must be somebody else than the lead.")
    known = await repositories.facilitators.get([one for one in (lead_id, cover_id) if one])
    starts = [session.starts_at for session in sessions]
    for field_name, one in (("lead_id", lead_id), ("cover_id", cover_id)):
        if one is not None and one not in known:
            raise BrokenRuleError(field_name, f"{field_name} must be a facilitator who is known here.")
    if lead_id is not None:
        refuse_lead(known[lead_id], programme=programme, site_id=site_id, sessions=starts)
    if cover_id is not None:
        refuse_cover(known[cover_id], programme=programme, site_id=site_id, sessions=starts)
