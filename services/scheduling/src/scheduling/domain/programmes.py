"""A programme is data: this is what the data may say."""

from collections.abc import Mapping, Sequence
from dataclasses import MISSING, dataclass, field, fields
from decimal import Decimal
from typing import Any

CLOSE_ATTENTION_LIMIT = 2

PLACED_AT_ONCE = "placed"
OFFERED = "offered"

REPETITIONS = "repetitions"
SECONDS = "seconds"

TOO_MANY_DAYS = 3


class ProgrammeError(ValueError):
    """A programme's data cannot be used; the message names the programme, the entry and the rule."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Theme:
    """Something every cohort talks about. Titles only: the words of a manual belong to its owners."""

    code: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Station:
    """One exercise of the circuit; `measure` says what is counted at it: repetitions or seconds."""

    code: str
    title: str
    measure: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Offers:
    """How people come by a place: `placed` at once, or `offered` one that they answer.

    An offer ends at the earlier of `answer_days` after it was made and `hours_before_start` before the first session; with less
    than `least_hours_to_answer` until then nothing is offered. Who declined or didn't answer `refusals` offers leaves the list.
    `after_start` says whether a place that comes free once the cohort has begun is given away again.
    """

    at_enrolment: str
    from_waiting_list: str
    answer_days: int
    hours_before_start: int
    least_hours_to_answer: int
    refusals: int
    after_start: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Training:
    """How somebody comes to hold a credential. `prerequisites` are seen before a training day, `routes` lead to it."""

    routes: tuple[str, ...]
    prerequisites: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Programme:
    """The shape of a programme's cohorts, what they cover, who may lead them, and when somebody has completed one.

    `make_up_counts` says whether a session in another cohort counts as attended, for one of their own that somebody missed.
    `timetable` says whose order the themes are in. `unverified` names the entries for which no source was read.
    """

    code: str
    name: str
    fewest_sessions: int
    most_sessions: int
    sessions_a_week: int
    fewest_weeks: int
    session_minutes: int
    usual_capacity: int
    largest_capacity: int
    close_attention_limit: int
    farthest_km: int
    completion_share: Decimal
    fewest_sessions_run: int
    timetable: str
    most_themes_a_session: int
    themes: tuple[Theme, ...]
    stations: tuple[Station, ...]
    who_may_lead: tuple[str, ...]
    offers: Offers
    training: Training
    unverified: tuple[str, ...] = field(default=())
    make_up_counts: bool = True

    def allows(self, *, sessions: int) -> bool:
        """Whether a cohort may have so many sessions."""
        return self.fewest_sessions <= sessions <= self.most_sessions

    def completes(self, *, attended: int, run: int) -> bool:
        """Whether `attended` of `run` sessions is the share that completes the programme: 9 of 12, 9 of 11, 8 of 10."""
        return attended >= self.completion_share * run

    def theme_title(self, code: str) -> str:
        """The title of a theme; a code that is no longer there is shown as it is."""
        return next((theme.title for theme in self.themes if theme.code == code), code)


def programme_from(document: Mapping[str, Any]) -> Programme:
    """Read one programme from its TOML document. Raises ProgrammeError naming the entry and the rule."""
    entry = _Entries(f"programme {document.get('code', 'without a code')}")
    entry.refuse_others(document, Programme)
    for name in ("code", "name", "timetable"):
        entry.text(document, name)
    for name in sorted(_NUMBERS):
        entry.whole_number(document, name)
    if not isinstance(document["completion_share"], Decimal) or not 0 < document["completion_share"] <= 1:
        raise entry.wrong("completion_share", "must be a fraction above 0 and at most 1")
    programme = Programme(
        **{name: document[name] for name in (*_NUMBERS, "code", "name", "timetable", "completion_share")},
        themes=tuple(Theme(**one) for one in entry.parts(document, "themes", Theme)),
        stations=tuple(Station(**one) for one in entry.parts(document, "stations", Station)),
        who_may_lead=entry.texts(document, "who_may_lead"),
        offers=_offers(entry, document["offers"]),
        training=_training(entry, document["training"]),
        unverified=entry.texts(document, "unverified") if document.get("unverified") else (),
        make_up_counts=entry.yes_or_no(document, "make_up_counts", default=True),
    )
    _check_together(entry, programme)
    return programme


def _check_together(entry: "_Entries", programme: Programme) -> None:
    ordered = (
        ("fewest_sessions", programme.fewest_sessions, "most_sessions", programme.most_sessions),
        ("fewest_sessions_run", programme.fewest_sessions_run, "most_sessions", programme.most_sessions),
        ("usual_capacity", programme.usual_capacity, "largest_capacity", programme.largest_capacity),
        ("sessions_a_week", programme.sessions_a_week, "3, the days of a week that are not next to each other", TOO_MANY_DAYS),
        ("close_attention_limit", programme.close_attention_limit, "the safety limit of 2", CLOSE_ATTENTION_LIMIT),
    )
    for lower, low, upper, high in ordered:
        if low > high:
            raise entry.wrong(lower, f"must not be more than {upper}")
    if len(programme.themes) > programme.fewest_sessions * programme.most_themes_a_session:
        raise entry.wrong(
            "themes",
            f"must fit into the {programme.fewest_sessions} sessions of the shortest cohort,"
            f" at most {programme.most_themes_a_session} in each",
        )
    for station in programme.stations:
        if station.measure not in (REPETITIONS, SECONDS):
            raise entry.wrong("stations", f"must be measured in {REPETITIONS} or {SECONDS}, {station.code} is not")
    for name in programme.unverified:
        if name not in _NAMES:
            raise entry.wrong("unverified", f"must name entries, and {name} is none")


def _offers(entry: "_Entries", document: Mapping[str, Any]) -> Offers:
    within = entry.inside("offers", document)
    within.refuse_others(document, Offers)
    for name in ("at_enrolment", "from_waiting_list"):
        if document[name] not in (PLACED_AT_ONCE, OFFERED):
            raise within.wrong(name, f"must be {PLACED_AT_ONCE} or {OFFERED}")
    for name in ("answer_days", "hours_before_start", "least_hours_to_answer", "refusals"):
        within.whole_number(document, name)
    if not isinstance(document["after_start"], bool):
        raise within.wrong("after_start", "must be true or false")
    return Offers(**document)


def _training(entry: "_Entries", document: Mapping[str, Any]) -> Training:
    within = entry.inside("training", document)
    within.refuse_others(document, Training)
    return Training(routes=within.texts(document, "routes"), prerequisites=within.texts(document, "prerequisites"))


_NAMES = frozenset(field.name for field in fields(Programme))
_NUMBERS = frozenset(field.name for field in fields(Programme) if field.type in (int, "int"))


@dataclass(frozen=True, slots=True)
class _Entries:
    """Checks entries and words what is wrong with them, beginning with where they are."""

    where: str

    def wrong(self, name: str, rule: str) -> ProgrammeError:
        return ProgrammeError(f"{self.where}: {name} {rule}.")

    def inside(self, name: str, document: object) -> "_Entries":
        if not isinstance(document, Mapping):
            raise self.wrong(name, "must be a table")
        return _Entries(f"{self.where}, {name}")

    def refuse_others(self, document: Mapping[str, Any], kind: Any) -> None:
        known = {one.name: one.default is MISSING for one in fields(kind)}
        for name in sorted(document.keys() - known.keys()):
            raise self.wrong(name, "is not known")
        for name in sorted(name for name, needed in known.items() if needed and name not in document):
            raise self.wrong(name, "is missing")

    def whole_number(self, document: Mapping[str, Any], name: str) -> None:
        if type(document[name]) is not int or document[name] < 1:
            raise self.wrong(name, "must be a whole number of at least 1")

    def yes_or_no(self, document: Mapping[str, Any], name: str, *, default: bool) -> bool:
        found = document.get(name, default)
        if not isinstance(found, bool):
            raise self.wrong(name, "must be true or false")
        return found

    def text(self, document: Mapping[str, Any], name: str) -> None:
        if not isinstance(document[name], str) or not document[name].strip():
            raise self.wrong(name, "must be a text")

    def texts(self, document: Mapping[str, Any], name: str) -> tuple[str, ...]:
        found = document[name]
        if not isinstance(found, list | tuple) or not found or not all(isinstance(one, str) and one.strip() for one in found):
            raise self.wrong(name, "must be a list of texts")
        if len(set(found)) != len(found):
            raise self.wrong(name, "must not repeat itself")
        return tuple(found)

    def parts(self, document: Mapping[str, Any], name: str, kind: Any) -> Sequence[Mapping[str, str]]:
        found = document[name]
        if not isinstance(found, list | tuple) or not found:
            raise self.wrong(name, "must be a list of tables")
        for number, one in enumerate(found, start=1):
            within = self.inside(f"{name} {number}", one)
            within.refuse_others(one, kind)
            for part in one:
                within.text(one, part)
        codes = [one["code"] for one in found]
        if len(set(codes)) != len(codes):
            raise self.wrong(name, "must not repeat a code")
        return found
