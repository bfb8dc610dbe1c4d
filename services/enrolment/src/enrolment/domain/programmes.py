"""A programme: whom it is for, as data, and what people are asked and told about that, in both languages."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from string import Formatter
from typing import Any

LANGUAGES = ("en", "cy")
# What may be said of an answer, and what a person may be asked. A programme's data has words for each.
REASONS = frozenset(
    {
        "under_age",
        "joint_not_covered",
        "pain_too_recent",
        "no_supervision_needed",
        "not_independently_mobile",
        "cannot_attend",
        "not_osteoarthritis",
        "unanswered",
        "red_flag",
        "red_flag_same_day",
        "red_flag_unknown",
        "exclusion",
        "exclusion_unknown",
    }
)
QUESTIONS = frozenset(
    {
        "joints",
        "pain_months",
        "needs_supervised_exercise",
        "independently_mobile",
        "can_attend",
        "red_flags",
        "exclusions",
        "close_attention",
    }
)
_PLACES = frozenset({"minimum_age", "minimum_pain_months", "longest_morning_stiffness_minutes", "joints", "what"})
DECLINES, REVIEWS = "decline", "review"


class ProgrammeDataError(ValueError):
    """A programme's data can't be used; the message names the setting and the rule."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """One text in English and Welsh."""

    en: str
    cy: str

    def in_language(self, language: str) -> str:
        """Return the text in Welsh for `cy`, otherwise in English."""
        return self.cy if language == "cy" else self.en


@dataclass(frozen=True, slots=True, kw_only=True)
class RedFlag:
    """Something that a clinician looks at before anything else happens. `same_day`: the person seeks advice the same day."""

    code: str
    text: Words
    asked: Words
    same_day: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Exclusion:
    """Something that speaks against the programme, where it is used; `decides` is decline or review."""

    code: str
    text: Words
    asked: Words
    decides: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What a person is asked, and a hint where one helps."""

    asked: Words
    hint: Words | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Programme:
    """A programme and whom it is for. Ages in years, pain in months. `exclusions` are those that this place uses.

    `unused_exclusions` are codes of those that are known and don't count here.

    `welsh` is "draft" until a translator has signed the Welsh words, then says who did.
    """

    code: str
    title: Words
    welsh: str
    open_to_self_referral: bool
    minimum_age: int
    minimum_pain_months: int
    longest_morning_stiffness_minutes: int
    joints: tuple[str, ...]
    joint_words: Mapping[str, Words]
    conditions: tuple[str, ...]
    must_need_supervised_exercise: bool
    must_be_independently_mobile: bool
    must_be_able_to_attend: bool
    red_flags: tuple[RedFlag, ...]
    exclusions: tuple[Exclusion, ...]
    unused_exclusions: frozenset[str]
    reasons: Mapping[str, Words]
    questions: Mapping[str, Question]
    same_day_advice: Words

    @property
    def name(self) -> str:
        """Its English name."""
        return self.title.en

    def joined_joints(self, language: str) -> str:
        """Return "knee or hip" in a language."""
        between = " neu " if language == "cy" else " or "
        return between.join(self.joint_words[joint].in_language(language) for joint in self.joints)

    def say(self, reason: str, language: str = "en", *, what: Words | str = "") -> str:
        """Return the words of a reason in a language; `what` is what it is about, where it names something."""
        named = what if isinstance(what, str) else self.filled(what, language)
        return self.filled(self.reasons[reason], language, what=named)

    def filled(self, words: Words, language: str, *, what: str = "") -> str:
        """Return the text with the programme's numbers in it."""
        return words.in_language(language).format(
            minimum_age=self.minimum_age,
            minimum_pain_months=self.minimum_pain_months,
            longest_morning_stiffness_minutes=self.longest_morning_stiffness_minutes,
            joints=self.joined_joints(language),
            what=what,
        )


_NUMBERS = ("minimum_age", "minimum_pain_months", "longest_morning_stiffness_minutes")
_LISTS = ("joints", "conditions")
_SWITCHES = (
    "open_to_self_referral",
    "must_need_supervised_exercise",
    "must_be_independently_mobile",
    "must_be_able_to_attend",
)
_TEXTS = ("code", "welsh")
_WORDS = ("title", "same_day_advice")
_TABLES = ("joint_words", "reasons", "questions", "red_flags")
_OPTIONAL = ("source", "exclusions")


def read_programme(toml: str) -> Programme:
    """Read one programme from its TOML; ProgrammeDataError for anything missing, unknown or of the wrong kind."""
    try:
        data = tomllib.loads(toml)
    except tomllib.TOMLDecodeError as error:
        msg = f"the programme is not valid TOML: {error}"
        raise ProgrammeDataError(msg) from None
    needed = (*_TEXTS, *_NUMBERS, *_LISTS, *_SWITCHES, *_WORDS, *_TABLES)
    for name in needed:
        _require(name in data, f"the programme has no {name}")
    unknown = set(data) - {*needed, *_OPTIONAL}
    _require(not unknown, f"the programme has settings that nobody reads: {', '.join(sorted(unknown))}")
    for name in _TEXTS:
        _require(isinstance(data[name], str) and bool(data[name]), f"{name} must be text")
    for name in _NUMBERS:
        _require(type(data[name]) is int and data[name] >= 0, f"{name} must be a whole number, 0 or more")
    for name in _SWITCHES:
        _require(isinstance(data[name], bool), f"{name} must be true or false")
    for name in _LISTS:
        _require(_is_list_of_texts(data[name]) and bool(data[name]), f"{name} must be a list of texts, at least one")
    _require(isinstance(data["red_flags"], list) and bool(data["red_flags"]), "a programme without red flags would book anybody")
    flags = tuple(_red_flag(item) for item in data["red_flags"])
    exclusions = [_exclusion(item) for item in data.get("exclusions", [])]
    _require(len({flag.code for flag in flags}) == len(flags), "a red flag is listed twice")
    _require(len({each.code for each, _ in exclusions}) == len(exclusions), "an exclusion is listed twice")
    return Programme(
        **{name: data[name] for name in (*_TEXTS, *_NUMBERS, *_SWITCHES)},
        title=_words_of(data["title"], "title"),
        same_day_advice=_words_of(data["same_day_advice"], "same_day_advice"),
        joints=tuple(data["joints"]),
        joint_words=_named(data, "joint_words", frozenset(data["joints"])),
        conditions=tuple(normalised(name) for name in data["conditions"]),
        red_flags=flags,
        exclusions=tuple(each for each, used in exclusions if used),
        unused_exclusions=frozenset(each.code for each, used in exclusions if not used),
        reasons=_named(data, "reasons", REASONS),
        questions={
            name: Question(
                asked=_words_of(item.get("asked"), f"questions.{name}.asked"),
                hint=_words_of(item["hint"], f"questions.{name}.hint") if "hint" in item else None,
            )
            for name, item in _table(data, "questions", QUESTIONS).items()
        },
    )


def by_code(programmes: Sequence[Programme]) -> Mapping[str, Programme]:
    """Index programmes; two of one code are refused with ProgrammeDataError."""
    indexed = {programme.code: programme for programme in programmes}
    _require(len(indexed) == len(programmes), "two programmes have the same code")
    return indexed


def as_code(text: str) -> str:
    """Return a text as lower-case words joined by underscores."""
    return normalised(text).replace(" ", "_")


def normalised(text: str) -> str:
    """Return a text for comparing: lower case, words and digits only."""
    return " ".join(re.sub(r"[^a-z0-9]+", " ", text.casefold()).split())


def _red_flag(item: Any) -> RedFlag:
    _require(isinstance(item, dict), "red_flags must be tables")
    _require(
        {"code", "text", "asked"} <= set(item) <= {"code", "text", "asked", "same_day"},
        "a red flag has a code, a text, what is asked, and perhaps same_day",
    )
    _require(item["code"] == as_code(str(item["code"])), "a red flag's code is lower-case words joined by underscores")
    _require(isinstance(item.get("same_day", False), bool), "same_day must be true or false")
    return RedFlag(
        code=item["code"],
        text=_words_of(item["text"], f"red_flags.{item['code']}.text"),
        asked=_words_of(item["asked"], f"red_flags.{item['code']}.asked"),
        same_day=item.get("same_day", False),
    )


def _exclusion(item: Any) -> tuple[Exclusion, bool]:
    _require(isinstance(item, dict), "exclusions must be tables")
    _require(
        set(item) == {"code", "used", "decides", "text", "asked"},
        "an exclusion has a code, a text, what is asked, what it decides, and whether it is used here",
    )
    _require(item["code"] == as_code(str(item["code"])), "an exclusion's code is lower-case words joined by underscores")
    _require(item["decides"] in {DECLINES, REVIEWS}, f"an exclusion decides {DECLINES} or {REVIEWS}")
    _require(isinstance(item["used"], bool), "used must be true or false")
    exclusion = Exclusion(
        code=item["code"],
        text=_words_of(item["text"], f"exclusions.{item['code']}.text"),
        asked=_words_of(item["asked"], f"exclusions.{item['code']}.asked"),
        decides=item["decides"],
    )
    return exclusion, item["used"]


def _named(data: Mapping[str, Any], name: str, wanted: frozenset[str]) -> Mapping[str, Words]:
    return {key: _words_of(item, f"{name}.{key}") for key, item in _table(data, name, wanted).items()}


def _table(data: Mapping[str, Any], name: str, wanted: frozenset[str]) -> Mapping[str, Any]:
    table = data[name]
    _require(isinstance(table, dict) and all(isinstance(item, dict) for item in table.values()), f"{name} must be tables")
    missing, unknown = sorted(wanted - set(table)), sorted(set(table) - wanted)
    _require(not missing, f"{name} has no words for {', '.join(missing)}")
    _require(not unknown, f"{name} has words that nobody says: {', '.join(unknown)}")
    return dict(table)


def _words_of(item: Any, where: str) -> Words:
    given = item if isinstance(item, dict) else {}
    texts = {language: text for language in LANGUAGES if isinstance(text := given.get(language), str) and text.strip()}
    _require(len(texts) == len(LANGUAGES), f"{where} needs en and cy")
    _require(set(given) == set(LANGUAGES), f"{where} has a language that nobody reads")
    for text in texts.values():
        _require(_places_in(text) <= _PLACES, f"{where} may fill in {', '.join(sorted(_PLACES))} only")
    return Words(en=texts["en"], cy=texts["cy"])


def _places_in(text: str) -> set[str]:
    try:
        return {place for _, place, _, _ in Formatter().parse(text) if place is not None}
    except ValueError:
        return {"{"}


def _is_list_of_texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def _require(holds: bool, rule: str) -> None:  # noqa: FBT001 - reads as a sentence where it is called
    if not holds:
        raise ProgrammeDataError(rule)
