import html
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from page_base.formats import LOCAL_TIME, breakable, clock_time, long_date, long_time, nhs_number, short_date

INSTANTS = st.datetimes(min_value=datetime(1990, 1, 1), max_value=datetime(2090, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis adds the zone


def test_a_time_in_winter_is_greenwich_time() -> None:
    assert long_time(datetime(2026, 11, 30, 10, tzinfo=UTC)) == "Monday 30 November 2026 at 10:00am"


def test_a_time_in_summer_is_an_hour_later_than_greenwich() -> None:
    assert long_time(datetime(2026, 6, 15, 23, 30, tzinfo=UTC)) == "Tuesday 16 June 2026 at 12:30am"


@pytest.mark.parametrize(
    ("hour", "minute", "written"),
    [(0, 0, "12:00am"), (0, 5, "12:05am"), (11, 59, "11:59am"), (12, 0, "12:00pm"), (13, 5, "1:05pm"), (23, 59, "11:59pm")],
)
def test_midnight_and_noon_are_both_twelve(hour: int, minute: int, written: str) -> None:
    assert clock_time(datetime(2026, 1, 5, hour, minute, tzinfo=UTC)) == written


@given(INSTANTS)
def test_a_written_time_reads_back_as_the_same_wall_clock_minute(instant: datetime) -> None:
    read = datetime.strptime(long_time(instant), "%A %d %B %Y at %I:%M%p").replace(tzinfo=LOCAL_TIME)
    assert read == instant.astimezone(LOCAL_TIME).replace(second=0, microsecond=0, fold=0)


def test_a_day_needs_no_zone_and_an_instant_gives_its_local_day() -> None:
    assert long_date(date(2026, 12, 25)) == "Friday 25 December 2026"
    assert short_date(date(2026, 12, 25)) == "25 December 2026"
    assert short_date(datetime(2026, 7, 31, 23, 30, tzinfo=UTC)) == "1 August 2026"


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="needs a zone"):
        long_time(datetime(2026, 11, 30, 10))  # noqa: DTZ001 - the missing zone is what is tested


def test_an_nhs_number_is_written_in_three_groups() -> None:
    assert nhs_number("9990000018") == "999 000 0018"
    assert nhs_number("999-000-0018") == "999 000 0018"


@given(st.text())
def test_what_is_not_ten_digits_is_left_as_it_is(text: str) -> None:
    written = nhs_number(text)
    assert written == text or written.replace(" ", "").isdecimal()


def test_a_long_word_may_be_broken_after_its_signs_and_every_twenty_characters() -> None:
    assert breakable("to rosalind.featherstonehaugh@example.org") == "to rosalind.<wbr>featherstonehaugh@<wbr>example.<wbr>org"
    assert breakable("a" * 45) == f"{'a' * 20}<wbr>{'a' * 20}<wbr>aaaaa"


def test_words_of_usual_length_are_left_whole() -> None:
    assert breakable("On Monday 30 November idris@example.org <wrote>") == "On Monday 30 November idris@example.org &lt;wrote&gt;"


@given(st.text())
def test_breaking_a_text_loses_nothing_of_it(text: str) -> None:
    assert html.unescape(breakable(text).replace("<wbr>", "")) == text
