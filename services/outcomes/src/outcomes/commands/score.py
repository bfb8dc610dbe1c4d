"""`python -m outcomes score`: answers on standard input, scores on standard output, no database."""

import json
import sys
from collections.abc import Sequence
from typing import Any, TextIO

from outcomes.use_cases.score_answers import FORM, WrongRequestError, all_described, score_all_of

USAGE = "usage: score [--list [--json]] < answers.json"
WRONG = 1
MISUSED = 2


def score(arguments: Sequence[str], *, source: TextIO, out: TextIO, problems: TextIO) -> int:
    """Score what `source` holds, or describe the instruments with `--list`; returns the exit code."""
    match sorted(arguments):
        case []:
            return _score(source, out=out, problems=problems)
        case ["--list"]:
            print("\n\n".join(_in_words(one) for one in all_described()), file=out)
        case ["--json", "--list"]:
            _print(all_described(), out=out)
        case ["-h"] | ["--help"]:
            print(f"{USAGE}\nReads one request or a list of them. {FORM}", file=out)
        case _:
            print(USAGE, file=problems)
            return MISUSED
    return 0


def _score(source: TextIO, *, out: TextIO, problems: TextIO) -> int:
    try:
        asked = json.load(source, object_pairs_hook=_once_each, parse_constant=_no_such_number)
        found = score_all_of(asked)
    except (json.JSONDecodeError, UnicodeDecodeError, RecursionError) as error:
        where = f" (line {error.lineno}, column {error.colno})" if isinstance(error, json.JSONDecodeError) else ""
        print(f"score: this is not JSON{where}. {FORM}", file=problems)
        return WRONG
    except WrongRequestError as error:
        print(f"score: {error}", file=problems)
        return WRONG
    _print(found, out=out)
    return 0


def main() -> None:
    """Be `python -m outcomes score`."""
    sys.exit(score(sys.argv[2:], source=sys.stdin, out=sys.stdout, problems=sys.stderr))


def _print(found: Any, *, out: TextIO) -> None:
    print(json.dumps(found, indent=2, ensure_ascii=False), file=out)


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names = [name for name, _ in pairs]
    if twice := [name for name in names if names.count(name) > 1]:
        raise WrongRequestError(f"{twice[0][:40]!r} stands there twice.")
    return dict(pairs)


def _no_such_number(text: str) -> Any:
    raise WrongRequestError(f"{text} is not a number.")


def _in_words(one: dict[str, Any]) -> str:
    items = [f"{item['item']} ({item['range'][0]}-{item['range'][1]}) {item['label']}" for item in one["items"]]
    scales = [
        f"{scale['scale']}: {scale['label']}, {scale['range'][0]} to {scale['range'][1]}, {scale['direction'].replace('_', ' ')}"
        for scale in one["scales"]
    ]
    return "\n".join(
        [
            f"{one['instrument']}, version {one['version']}: {one['title']}",
            "  items:",
            *(f"    {line}" for line in items),
            "  scales:",
            *(f"    {line}" for line in scales),
            f"  missing answers: {one['missing']}",
            f"  source: {one['source']}",
            f"  licence: {one['licence']}",
        ]
    )
