"""Numbers as people write them, and which take a text message."""

import pytest

from notifications.domain.phone import normal, number_hash, takes_text


@pytest.mark.parametrize("written", ["07700 900123", "+44 7700 900123", "0044 7700 900123", "(07700) 900-123", "+447700900123"])
def test_one_number_has_one_form_however_it_is_written(written: str) -> None:
    assert normal(written) == "+447700900123"
    assert number_hash(written) == number_hash("07700900123")


@pytest.mark.parametrize(
    ("number", "takes"),
    [
        ("07700 900123", True),
        ("+1 202 555 0123", True),
        ("020 7946 0018", False),
        ("08081 570123", False),
        ("01632 960001", False),
        ("07700", False),
        ("ring my son", False),
        ("", False),
    ],
)
def test_a_text_message_goes_to_a_mobile_and_never_to_a_landline_or_what_is_no_number(number: str, takes: bool) -> None:  # noqa: FBT001 - a column of the table
    assert takes_text(number) is takes
