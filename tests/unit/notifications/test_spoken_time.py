"""Dates and times as a person reads them."""

from datetime import UTC, datetime

import pytest

from notifications.domain.content import language_of
from notifications.domain.spoken_time import spoken_day, spoken_time


@pytest.mark.parametrize(
    ("instant", "english", "welsh"),
    [
        (datetime(2026, 12, 3, 10, 0, tzinfo=UTC), "Thursday 3 December at 10am", "dydd Iau 3 Rhagfyr am 10:00"),
        (datetime(2026, 7, 1, 12, 30, tzinfo=UTC), "Wednesday 1 July at 1:30pm", "dydd Mercher 1 Gorffennaf am 13:30"),
        (datetime(2026, 12, 31, 0, 5, tzinfo=UTC), "Thursday 31 December at 12:05am", "dydd Iau 31 Rhagfyr am 00:05"),
        (datetime(2026, 3, 29, 12, 0, tzinfo=UTC), "Sunday 29 March at 1pm", "dydd Sul 29 Mawrth am 13:00"),
    ],
)
def test_times_are_those_of_the_wall_clock_in_the_persons_language(instant: datetime, english: str, welsh: str) -> None:
    assert spoken_time(instant, language="en") == english
    assert spoken_time(instant, language="cy") == welsh
    assert english.startswith(spoken_day(instant, language="en"))


@pytest.mark.parametrize(
    ("code", "language"), [("cy", "cy"), ("cy-GB", "cy"), ("CY", "cy"), ("en", "en"), ("pl", "en"), ("", "en")]
)
def test_a_language_we_do_not_write_is_read_as_english(code: str, language: str) -> None:
    assert language_of(code) == language
