"""Changes become the facts that others hear, through the outbox."""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from event_contracts.scheduling import CohortChanged, MakeUpFact, PlaceChanged, SessionFact, SiteChanged
from scheduling.domain.cohorts import Cohort
from scheduling.domain.make_ups import MakeUp
from scheduling.use_cases.changes import Changes, PlaceChange, SiteChange
from service_kit import outbox
from service_kit.buckets import bucket_of
from service_kit.envelope import Event

COHORT_CHANGED = "scheduling.cohort.changed.v1"
PLACE_CHANGED = "scheduling.place.changed.v1"
SITE_CHANGED = "scheduling.site.changed.v1"


async def announce(conn: AsyncConnection, changes: Changes, *, because: Mapping[UUID, Event] | None = None) -> None:
    """Tell what changed: sites, cohorts, then the places in them. `because` holds the events that led to it, by enrolment."""
    causes = because or {}
    outgoing = [_site_changed(change) for change in changes.sites]
    outgoing += [_cohort_changed(cohort) for cohort in changes.cohorts]
    outgoing += [_place_changed(change, causes.get(change[0].enrolment_id)) for change in changes.places]
    await outbox.add(conn, outgoing)


def _site_changed(change: SiteChange) -> outbox.Outgoing:
    site, changed_at = change
    return outbox.Outgoing(
        type=SITE_CHANGED,
        nats_subject=f"{SITE_CHANGED}.{bucket_of(site.site_id)}",
        aggregate=site.site_id,
        sequence=site.sequence,
        body=SiteChanged(
            site_id=site.site_id,
            sequence=site.sequence,
            name=site.name,
            kind=site.kind,
            status=site.status,
            outward_code=site.outward_code,
            address=site.address,
            what_to_bring=site.what_to_bring,
            parking=site.parking,
            access_features=list(site.access_features),
            changed_at=changed_at,
        ),
    )


def _cohort_changed(cohort: Cohort) -> outbox.Outgoing:
    return outbox.Outgoing(
        type=COHORT_CHANGED,
        nats_subject=f"{COHORT_CHANGED}.{bucket_of(cohort.cohort_id)}",
        aggregate=str(cohort.cohort_id),
        sequence=cohort.sequence,
        body=CohortChanged(
            cohort_id=cohort.cohort_id,
            sequence=cohort.sequence,
            programme=cohort.programme,
            site_id=cohort.site_id,
            site_name=cohort.site_name,
            status=cohort.status,
            sessions=[
                SessionFact(
                    session_id=session.session_id,
                    number=session.number,
                    starts_at=session.starts_at,
                    ends_at=session.ends_at,
                    status=session.status,
                    themes=list(session.themes),
                    site_id=session.elsewhere.site_id if session.elsewhere else None,
                    site_name=session.elsewhere.site_name if session.elsewhere else None,
                    room=session.elsewhere.room_name if session.elsewhere else None,
                )
                for session in cohort.sessions
            ],
            room=cohort.room_name,
            capacity=cohort.capacity,
            employer=cohort.employer,
        ),
    )


def _place_changed(change: PlaceChange, because: Event | None) -> outbox.Outgoing:
    place, span = change
    return outbox.Outgoing(
        type=PLACE_CHANGED,
        nats_subject=f"{PLACE_CHANGED}.{bucket_of(place.participant_id)}",
        aggregate=str(place.participant_id),
        sequence=place.sequence,
        body=PlaceChanged(
            place_id=place.place_id,
            sequence=place.sequence,
            participant_id=place.participant_id,
            enrolment_id=place.enrolment_id,
            programme=place.programme,
            status=place.status,
            waiting_reason=place.waiting_reason,
            cohort_id=place.cohort_id,
            first_session_at=span.first_session_at if span else None,
            last_session_at=span.last_session_at if span else None,
            sessions_attended=place.sessions_attended,
            sessions_run=place.sessions_run,
            missed_in_a_row=place.missed_in_a_row,
            changed_at=place.changed_at,
            offered_until=place.offered_until,
            offer_token=place.offer_token,
            site_id=span.site_id if span else None,
            make_ups=[_make_up(one) for one in place.make_ups],
        ),
        because=because,
    )


def _make_up(make_up: MakeUp) -> MakeUpFact:
    return MakeUpFact(
        session_id=make_up.session_id,
        cohort_id=make_up.cohort_id,
        site_id=make_up.site_id,
        site_name=make_up.site_name,
        starts_at=make_up.starts_at,
        ends_at=make_up.ends_at,
        status=make_up.status,
        themes=list(make_up.themes),
        attendance=make_up.attendance,
    )
