"""Somebody asks what answers score, without a person or a questionnaire behind them."""

from collections.abc import Mapping, Sequence
from typing import Any

from outcomes.domain.instruments.catalogue import INSTRUMENTS, UnknownInstrumentError, instrument_of
from outcomes.domain.instruments.eq_5d_5l import EQ_5D_5L, VALUE_SETS, profile
from outcomes.domain.instruments.hads import HADS, band
from outcomes.domain.instruments.instrument import Answer, Instrument, Item, Score, WrongAnswersError

FORM = 'Each is {"instrument": "KOOS", "answers": {"P1": 3}}.'
LONGEST_NAME = 40


class WrongRequestError(ValueError):
    """What was asked can't be scored; the message names the entry, the item and the rule."""


def score_all_of(asked: object) -> list[dict[str, Any]] | dict[str, Any]:
    """The scores of one request, or of a list of them in their order; WrongRequestError if any is wrong."""
    if not isinstance(asked, list):
        return score_one(asked)
    if not asked:
        raise WrongRequestError(f"The list is empty. {FORM}")
    found: list[dict[str, Any]] = []
    problems: list[str] = []
    for number, one in enumerate(asked, start=1):
        try:
            found.append(score_one(one))
        except WrongRequestError as error:
            problems.append(f"Entry {number}: {error}")
    if problems:
        raise WrongRequestError("\n".join(problems))
    return found


def score_one(asked: object) -> dict[str, Any]:
    """One instrument's scores (unrounded), how many items each misses, and the version."""
    if not isinstance(asked, dict) or set(asked) != {"instrument", "answers"} or not isinstance(asked["instrument"], str):
        raise WrongRequestError(f"An instrument and its answers are needed, and nothing else. {FORM}")
    try:
        instrument = instrument_of(_code_of(asked["instrument"]))
        answers = _answers_of(asked["answers"], instrument=instrument)
        scores = instrument.score(answers)
    except UnknownInstrumentError as error:
        raise WrongRequestError(str(error)) from None
    except WrongAnswersError as error:
        raise WrongRequestError("; ".join(sentence for _, sentence in error.problems)) from None
    return {
        "instrument": instrument.code,
        "version": instrument.version,
        "scores": {one.scale: one.value for one in scores},
        "missing": {one.scale: one.missing for one in scores},
        **_record_of(instrument, answers, scores),
        "rounding": "none",
    }


def described(instrument: Instrument) -> dict[str, Any]:
    """An instrument as data: its items and scales with their ranges, its rules, its source and its licence."""
    return {
        "instrument": instrument.code,
        "version": instrument.version,
        "title": instrument.title,
        "items": [_item(item) for item in instrument.items],
        "scales": [
            {
                "scale": scale.id,
                "label": scale.label,
                "range": [scale.least, scale.most],
                "direction": scale.direction,
                "unit": scale.unit,
            }
            for scale in instrument.scales
        ],
        "missing": instrument.missing_rule,
        "source": instrument.source,
        "licence": instrument.licence,
    }


def all_described() -> list[dict[str, Any]]:
    """Every instrument as data."""
    return [described(instrument) for instrument in INSTRUMENTS.values()]


def _item(item: Item) -> dict[str, Any]:
    kind = [False, True] if item.yes_or_no else [item.least, item.most]
    return {"item": item.id, "label": item.label, "range": kind, "also_called": list(item.also_called)}


def _record_of(instrument: Instrument, answers: Mapping[str, Answer], scores: Sequence[Score]) -> dict[str, Any]:
    values = {one.scale: one.value for one in scores}
    if instrument is HADS:
        return {"bands": {scale: None if value is None else band(value) for scale, value in values.items()}}
    if instrument is not EQ_5D_5L:
        return {}
    sets = {f"{one.name} ({one.citation})": values[f"index_{one.code}"] for one in VALUE_SETS}
    return {"profile": profile(answers), "value_sets": sets}


def _code_of(name: str) -> str:
    """The instrument's code, however it is written: `koos 12`, `KOOS12` and `KOOS-12` are one."""
    return {_plain(code): code for code in INSTRUMENTS}.get(_plain(name), name)


def _plain(name: str) -> str:
    return "".join(letter for letter in name.upper() if letter.isalnum())


def _answers_of(given: object, *, instrument: Instrument) -> dict[str, Answer]:
    """Answers by item id; a list is in the order of the items, null is a missing answer, 3.0 is 3."""
    by_name = _by_name(given, instrument=instrument)
    ids = {name: item.id for item in instrument.items for name in (*item.also_called, item.id)}
    found: dict[str, Answer] = {}
    for name, answer in by_name.items():
        item_id = ids.get(name, name)
        if item_id in found:
            raise WrongRequestError(f"{instrument.code} {item_id} is answered twice, also as {name[:LONGEST_NAME]!r}.")
        if answer is not None:
            found[item_id] = int(answer) if isinstance(answer, float) and answer.is_integer() else answer
    return found


def _by_name(given: object, *, instrument: Instrument) -> dict[str, Any]:
    if isinstance(given, dict):
        return given
    if not isinstance(given, list):
        raise WrongRequestError(f"{instrument.code}: the answers must be an object of items, or a list in the items' order.")
    items = instrument.items
    if len(given) != len(items):
        raise WrongRequestError(
            f"{instrument.code} has {len(items)} items and {len(given)} answers were listed; null is a missing one."
        )
    return {item.id: answer for item, answer in zip(items, given, strict=True)}
