"""Which questionnaires a place asks for, and what becomes of them when the place changes."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from uuid import UUID

from outcomes.domain.enrolment import Enrolment
from outcomes.domain.instruments.catalogue import pack_for
from outcomes.domain.place import Place
from outcomes.domain.questionnaire import NEXT, Questionnaire, happening_at, place_lost, replanned
from outcomes.domain.time_points import Schedule, TimePoint, Window, window_of


def asked_by(
    place: Place,
    *,
    enrolment: Enrolment,
    questionnaires: Mapping[str, Questionnaire],
    schedule: Schedule,
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
    for point in schedule.points_of(enrolment.programme):
        before = questionnaires.get(point.code)
        window = _window(point, place=place, before=before, now=now)
        if window is None:
            continue
        if before is not None:
            after = replanned(before, window=window, now=now)
        else:
            instruments = pack_for(joints=enrolment.joints, also=(*point.also, *schedule.also_asked))
            after = _new(point, enrolment, window, instruments, now=now, questionnaire_id=new_id(), token=new_token())
        if after is not before:
            found.append(after)
    return tuple(found)


def cancelled(questionnaires: Iterable[Questionnaire]) -> tuple[Questionnaire, ...]:
    """Those that were still planned or due, cancelled; the others are left as they are."""
    return tuple(after for before in questionnaires if (after := place_lost(before)) is not before)


def _window(point: TimePoint, *, place: Place, before: Questionnaire | None, now: datetime) -> Window | None:
    was_asked = before is not None and before.status != "cancelled"
    return window_of(
        point,
        placed_at=before.due_at - point.due_after if before is not None and was_asked else min(place.changed_at, now),
        first_session_at=place.first_session_at,
        last_session_at=place.last_session_at,
    )


def _new(
    point: TimePoint,
    enrolment: Enrolment,
    window: Window,
    instruments: tuple[str, ...],
    *,
    now: datetime,
    questionnaire_id: UUID,
    token: str,
) -> Questionnaire:
    return Questionnaire(
        questionnaire_id=questionnaire_id,
        sequence=1,
        participant_id=enrolment.participant_id,
        enrolment_id=enrolment.enrolment_id,
        programme=enrolment.programme,
        time_point=point.code,
        status=NEXT[None, happening_at(window=window, now=now)],
        due_at=window.due_at,
        closes_at=window.closes_at,
        late_until=window.late_until,
        remind_at=window.remind_at,
        token=token,
        instruments=instruments,
    )
