"""What a page's form sent, read as the values that it asked for."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from fastapi.datastructures import FormData

from scheduling.domain.broken_rule import BrokenRuleError


def text_of(form: FormData, name: str) -> str:
    """A text without spaces around it; empty where there is none."""
    return str(form.get(name, "")).strip()


def texts_of(form: FormData, name: str) -> tuple[str, ...]:
    """What was ticked of a group, each once."""
    return tuple(sorted({str(one) for one in form.getlist(name)}))


def day_of(form: FormData, name: str) -> date | None:
    """A day given as three fields, None where all are empty. Raises BrokenRuleError."""
    parts = [text_of(form, f"{name}-{part}") for part in ("year", "month", "day")]
    if not any(parts):
        return None
    try:
        return date(*map(int, parts))
    except (ValueError, OverflowError):
        raise BrokenRuleError(name, f"{name} must be a real day, such as 27 3 2027.") from None


def needed_day(form: FormData, name: str) -> date:
    """A day that must be there. Raises BrokenRuleError."""
    found = day_of(form, name)
    if found is None:
        raise BrokenRuleError(name, f"{name} must be given.")
    return found


def number_of(form: FormData, name: str) -> int | None:
    """A whole number, None where it was left empty. Raises BrokenRuleError."""
    text = text_of(form, name)
    if not text:
        return None
    if not (text.isascii() and text.isdigit()):
        raise BrokenRuleError(name, f"{name} must be a whole number.")
    return int(text)


def id_of(form: FormData, name: str) -> UUID | None:
    """An id that was chosen, None where nothing was. Raises BrokenRuleError."""
    text = text_of(form, name)
    try:
        return UUID(text) if text else None
    except ValueError:
        raise BrokenRuleError(name, f"{name} must be one of the choices.") from None


def sent(form: FormData) -> Mapping[str, Any]:
    """Everything as it was sent, to be shown again."""
    return {name: form.getlist(name) for name in form}
