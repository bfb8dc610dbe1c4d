"""Themes are not sessions: a cohort covers them all, in however many sessions it has."""

from collections.abc import Iterable, Sequence
from typing import TypeAlias

from scheduling.domain.broken_rule import BrokenRuleError
from scheduling.domain.programmes import Programme

Themes: TypeAlias = tuple[str, ...]


def lay_themes(programme: Programme, *, sessions: int) -> tuple[Themes, ...]:
    """Lay the programme's themes over so many sessions in their order; each session has one, each theme is there."""
    codes = [theme.code for theme in programme.themes]
    if len(codes) < sessions:
        return tuple((codes[number * len(codes) // sessions],) for number in range(sessions))
    laid: list[list[str]] = [[] for _ in range(sessions)]
    for number, code in enumerate(codes):
        laid[number * sessions // len(codes)].append(code)
    return tuple(map(tuple, laid))


def checked_themes(programme: Programme, themes: Sequence[Sequence[str]], *, sessions: int) -> tuple[Themes, ...]:
    """Return the themes of each session as they were wished for. Raises BrokenRuleError, also where one would be missed."""
    known = {theme.code for theme in programme.themes}
    wished = {code for session in themes for code in session}
    if unknown := sorted(wished - known):
        raise BrokenRuleError("themes", f"themes must be those of the programme: {', '.join(unknown)} is not.")
    if len(themes) != sessions:
        raise BrokenRuleError("themes", f"themes must be given for each of the {sessions} sessions, not for {len(themes)}.")
    if any(len(session) > programme.most_themes_a_session for session in themes):
        raise BrokenRuleError("themes", f"themes must be at most {programme.most_themes_a_session} in a session.")
    if missed := owed_themes(programme, covered=wished):
        titles = ", ".join(programme.theme_title(code) for code in missed)
        raise BrokenRuleError("themes", f"themes must all be covered: the cohort would miss {titles}.")
    return tuple(tuple(dict.fromkeys(session)) for session in themes)


def owed_themes(programme: Programme, *, covered: Iterable[str]) -> Themes:
    """The themes of the programme that are not covered, in their order."""
    there = set(covered)
    return tuple(theme.code for theme in programme.themes if theme.code not in there)
