"""A cohort is made or changes: its people's reminders follow, and they hear of sessions moved, cancelled or added."""

from collections.abc import Callable, Sequence
from datetime import datetime
from uuid import UUID

from notifications.domain.cohort import CANCELLED, Cohort, SessionChange, changes_between, merged
from notifications.domain.message import Kind, Reason
from notifications.domain.place import Place, Standing
from notifications.use_cases.book import Book, Planned
from notifications.use_cases.desk import Desk
from notifications.use_cases.plan_reminders import plan_reminders
from service_kit.results import Done


async def keep_cohort(*, cohorts: Sequence[Cohort], now: datetime, new_id: Callable[[], UUID], desk: Desk) -> Planned:
    """Keep the cohorts, and bring what is planned for the people in them into line."""
    known = dict(await desk.cohorts.mine({cohort.id for cohort in cohorts}))
    changed = {cohort.id for cohort in cohorts if _differs(known.get(cohort.id), cohort, now=now)}
    places = [place for place in await desk.places.in_cohorts(changed) if _concerns(place)] if changed else []
    book = Book(
        await desk.messages.of_participants({place.participant_id for place in places}) if places else (), new_id=new_id, now=now
    )
    newest: dict[UUID, Cohort] = {}
    for book.command, cohort in enumerate(cohorts):
        before = known.get(cohort.id)
        if before is not None and cohort.sequence <= before.sequence:
            continue
        if before is not None:
            changes = changes_between(before=before, after=cohort, now=now)
            for place in places:
                if place.cohort_id == cohort.id:
                    if place.standing is Standing.IN_COHORT:
                        plan_reminders(book=book, place=place, cohort=cohort, now=now)
                    _tell_changes(book=book, place=place, cohort=cohort, changes=changes, now=now)
        known[cohort.id] = newest[cohort.id] = cohort
    await desk.cohorts.keep(list(newest.values()))
    return Planned(tuple(Done() for _ in cohorts), await book.store(desk.messages))


def _concerns(place: Place) -> bool:
    return place.standing is Standing.IN_COHORT or place.finished_with_cohort


def _differs(before: Cohort | None, after: Cohort, *, now: datetime) -> bool:
    return before is not None and [(session.id, session.starts_at) for session in before.to_come(now=now)] != [
        (session.id, session.starts_at) for session in after.to_come(now=now)
    ]


def _tell_changes(*, book: Book, place: Place, cohort: Cohort, changes: tuple[SessionChange, ...], now: datetime) -> None:
    if not changes or cohort.status == CANCELLED:
        # Of a whole cohort that is cancelled people hear once, with what becomes of their place.
        return
    for message in book.of(place.participant_id):
        if message.kind is Kind.SESSION_CHANGED and message.cohort_id == cohort.id and message.is_open:
            book.drop(message, Reason.REPLACED)
            changes = merged(earlier=_read(message.facts["changes"]), later=changes)
    for change in changes:
        if change.cancels_today(now=now) and change.was_at is not None:
            book.plan(
                participant_id=place.participant_id,
                kind=Kind.SESSION_CANCELLED_TODAY,
                about_id=str(change.session_id),
                place_id=place.id,
                cohort_id=cohort.id,
                due_at=now,
                useful_until=change.was_at,
                facts={"place_version": place.sequence, "changes": [_written(change)]},
            )
    changes = tuple(change for change in changes if not change.cancels_today(now=now))
    if changes:
        book.plan(
            participant_id=place.participant_id,
            kind=Kind.SESSION_CHANGED,
            about_id=f"{cohort.id}@{cohort.sequence}",
            place_id=place.id,
            cohort_id=cohort.id,
            due_at=now,
            useful_until=max(change.last_at or now for change in changes),
            facts={"place_version": place.sequence, "changes": [_written(change) for change in changes]},
        )


def _written(change: SessionChange) -> dict[str, object]:
    return {
        "session_id": str(change.session_id),
        "number": change.number,
        "was_at": change.was_at.isoformat() if change.was_at else None,
        "now_at": change.now_at.isoformat() if change.now_at else None,
    }


def _read(written: Sequence[dict[str, str]]) -> tuple[SessionChange, ...]:
    return tuple(
        SessionChange(
            session_id=UUID(change["session_id"]),
            number=int(change["number"]),
            was_at=datetime.fromisoformat(change["was_at"]) if change["was_at"] else None,
            now_at=datetime.fromisoformat(change["now_at"]) if change["now_at"] else None,
        )
        for change in written
    )
