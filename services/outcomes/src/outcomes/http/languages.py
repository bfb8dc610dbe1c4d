"""The languages of the participant's questionnaire: what its pages say, and the questions in Welsh."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from importlib.resources import files
from zoneinfo import ZoneInfo

from outcomes.domain.instruments.catalogue import INSTRUMENTS
from outcomes.http.wording import ItemWording, Wording

ENGLISH, WELSH = "en", "cy"
LANGUAGES = (ENGLISH, WELSH)
LONDON = ZoneInfo("Europe/London")
MONTHS = {
    ENGLISH: (
        *("January", "February", "March", "April", "May", "June"),
        *("July", "August", "September", "October", "November", "December"),
    ),
    WELSH: (
        *("Ionawr", "Chwefror", "Mawrth", "Ebrill", "Mai", "Mehefin"),
        *("Gorffennaf", "Awst", "Medi", "Hydref", "Tachwedd", "Rhagfyr"),
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """What the pages say in one language, and how questions are worded in it. A draft is one that no translator has read."""

    code: str
    is_draft: bool
    page: Mapping[str, str]
    closed: Mapping[str, str]
    wording: Wording
    interests: Mapping[str, str]

    @property
    def other(self) -> str:
        """The code of the other language."""
        return WELSH if self.code == ENGLISH else ENGLISH

    def say(self, name: str, /, **parts: object) -> str:
        """One of the pages' sentences, with what belongs into it."""
        return self.page[name].format(**parts)

    def say_closed(self, name: str, /, **parts: object) -> str:
        """One of the sentences of the page on which there is nothing to answer."""
        return self.closed[name].format(**parts)

    def day(self, moment: datetime | date) -> str:
        """A day, such as 30 November 2026; of an instant, the one in Europe/London."""
        local = moment.astimezone(LONDON) if isinstance(moment, datetime) else moment
        return f"{local.day} {MONTHS[self.code][local.month - 1]} {local.year}"


def read_languages(wordings: Mapping[str, Wording]) -> Mapping[str, Language]:
    """Both languages; `wordings` is the official wording of licensed instruments in each."""
    return {code: _read(code, wordings.get(code, {})) for code in LANGUAGES}


def _read(code: str, official: Wording) -> Language:
    text = (files("outcomes") / "data" / f"words.{code}.toml").read_text(encoding="utf-8")
    tables = tomllib.loads(text)
    shipped = _shipped(tables.get("questions", {}), tables.get("hints", {}), tables.get("ends", {}))
    return Language(
        code=code,
        is_draft=tables["state"] == "draft",
        page=tables["page"],
        closed=tables["closed"],
        wording={**shipped, **official},
        interests=tables["interests"],
    )


def _shipped(
    questions: Mapping[str, Mapping[str, str]], hints: Mapping[str, Mapping[str, str]], ends: Mapping[str, str]
) -> Wording:
    found: dict[tuple[str, str], ItemWording] = {}
    for instrument, items in questions.items():
        for item_id, question in items.items():
            item = INSTRUMENTS[instrument].item(item_id)
            both = tuple(ends.get(end, end) for end in item.ends) if item and item.ends else None
            found[instrument, item_id] = ItemWording(
                question=question,
                hint=hints.get(instrument, {}).get(item_id),
                ends=(both[0], both[1]) if both else None,
            )
    return found
