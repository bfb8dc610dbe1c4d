"""What one enrolment adds to the figures of a report: counted once, taken away again when its facts change."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from outcomes.domain.assessment import Assessment
from outcomes.domain.change import changes_since, is_better
from outcomes.domain.enrolment import Enrolment
from outcomes.domain.place import Place
from outcomes.domain.questionnaire import Questionnaire
from outcomes.domain.time_points import BASELINE

NOT_KNOWN = ""
ASKED = frozenset({"due", "completed", "late", "missed"})
SECONDS_IN_A_DAY = 86_400


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Cell:
    """By what a figure can be told apart; empty is not known yet. `month` is that of the first session, such as 2027-01."""

    programme: str
    site: str
    cohort: str
    channel: str
    joint: str
    month: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """What one person adds to one measure: a value, and for a pair the later value and whether the change was important."""

    first: float = 0.0
    later: float = 0.0
    better: int = 0
    worse: int = 0


Values = Mapping[str, Value]


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """Everything known of one enrolment."""

    enrolment: Enrolment
    place: Place | None
    questionnaires: Sequence[Questionnaire]
    newest: Mapping[str, Assessment]
    first_contact_at: datetime | None = None


def cell_of(known: Known) -> Cell:
    """Where the enrolment is counted."""
    place = known.place
    began = place.first_session_at if place else None
    return Cell(
        programme=known.enrolment.programme,
        site=(place.site_id if place else None) or NOT_KNOWN,
        cohort=str(place.cohort_id) if place and place.cohort_id else NOT_KNOWN,
        channel=known.enrolment.referral_channel,
        joint="+".join(sorted(known.enrolment.joints)) or NOT_KNOWN,
        month=f"{began:%Y-%m}" if began else NOT_KNOWN,
    )


def values_of(known: Known) -> dict[str, Value]:
    """What the enrolment adds, by measure. Late answers are counted and stay out of the scores."""
    found: dict[str, Value] = {"people": Value()}
    place = known.place
    if place is not None:
        found[f"place:{place.status}"] = Value()
        if place.sessions_attended:
            found["started"] = Value()
    found.update(_days(known))
    for one in known.questionnaires:
        if one.status in ASKED:
            found[f"asked:{one.time_point}"] = Value()
            found[f"{one.status}:{one.time_point}"] = Value()
    in_time = {point: one for point, one in known.newest.items() if not one.is_late}
    for point, results in in_time.items():
        found.update(_scores(results, point))
    baseline = in_time.get(BASELINE)
    if baseline is not None:
        for point, results in in_time.items():
            if point != BASELINE:
                found.update(_pairs(baseline, results, point))
    return found


def _days(known: Known) -> dict[str, Value]:
    referred_at = known.enrolment.referred_at or known.enrolment.enrolled_at
    moments = {
        "days:first_contact": known.first_contact_at,
        "days:first_session": known.place.first_session_at if known.place and known.place.sessions_attended else None,
    }
    return {
        name: Value(first=max(0.0, (moment - referred_at).total_seconds() / SECONDS_IN_A_DAY))
        for name, moment in moments.items()
        if moment is not None
    }


def _scores(results: Assessment, point: str) -> dict[str, Value]:
    found: dict[str, Value] = {}
    for score in results.scores:
        name = f"{score.instrument}|{score.version}|{score.scale}|{point}"
        if score.value is None:
            found[f"missing:{name}"] = Value()
        else:
            found[f"score:{name}"] = Value(first=score.value)
    return found


def _pairs(baseline: Assessment, later: Assessment, point: str) -> dict[str, Value]:
    before = {(one.instrument, one.version, one.scale): one.value for one in baseline.scores}
    changes = {(one.instrument, one.scale): one for one in changes_since(baseline=baseline.scores, later=later.scores)}
    found: dict[str, Value] = {}
    for score in later.scores:
        first = before.get((score.instrument, score.version, score.scale))
        change = changes.get((score.instrument, score.scale))
        if first is None or score.value is None or change is None:
            continue
        better = is_better(instrument=score.instrument, scale=score.scale, change=change.change)
        found[f"pair:{score.instrument}|{score.version}|{score.scale}|{point}"] = Value(
            first=first,
            later=score.value,
            better=int(bool(change.important) and better is True),
            worse=int(bool(change.important) and better is False),
        )
    return found
