"""Which questionnaires a place asks for, and what becomes of them when the place changes."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from uuid import UUID

from outcomes.domain.enrolment import Enrolment
from outcomes.domain.instruments.catalogue import pack_for
from outcomes.domain.place import Place
from outcomes.domain.questionnaire import NEXT, Questionnaire, happening_at, place_lost, replanned
from outcomes.domain.time_points import TimePoint, time_points_of, window_of


def asked_by(
    place: Place,
    *,
    enrolment: Enrolment,
    questionnaires: Mapping[str, Questionnaire],
    now: datetime,
    new_id: Callable[[], UUID],
    new_token: Callable[[], str],
) -> tuple[Questionnaire, ...]:
    """The questionnaires that are new or changed because of this place; `questionnaires` are the enrolment's, by time point."""
    if enrolment.is_withdrawn or place.standing == "no_place":
        return cancelled(questionnaires.values())
    if place.standing == "unknown":
        return ()
    found: list[Questionnaire] = []
    for point in time_points_of(enrolment.programme):
        before = questionnaires.get(point.code)
        after = _asked_at(point, place=place, enrolment=enrolment, before=before, now=now, new_id=new_id, new_token=new_token)
        if after is not None and after is not before:
            found.append(after)
    return tuple(found)


def cancelled(questionnaires: Iterable[Questionnaire]) -> tuple[Questionnaire, ...]:
    """Those that were still planned or due, cancelled; the others are left as they are."""
    return tuple(after for before in questionnaires if (after := place_lost(before)) is not before)


def _asked_at(
    point: TimePoint,
    *,
    place: Place,
    enrolment: Enrolment,
    before: Questionnaire | None,
    now: datetime,
    new_id: Callable[[], UUID],
    new_token: Callable[[], str],
) -> Questionnaire | None:
    was_asked = before is not None and before.status != "cancelled"
    window = window_of(
        point,
        placed_at=before.due_at if before is not None and was_asked else min(place.changed_at, now),
        first_session_at=place.first_session_at,
        last_session_at=place.last_session_at,
    )
    if window is None:
        return before
    if before is not None:
        return replanned(before, window=window, now=now)
    return Questionnaire(
        questionnaire_id=new_id(),
        sequence=1,
        participant_id=enrolment.participant_id,
        enrolment_id=enrolment.enrolment_id,
        programme=enrolment.programme,
        time_point=point.code,
        status=NEXT[None, happening_at(window=window, now=now)],
        due_at=window.due_at,
        closes_at=window.closes_at,
        token=new_token(),
        instruments=pack_for(joints=enrolment.joints),
    )
