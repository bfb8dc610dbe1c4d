import pytest
from hypothesis import given
from hypothesis import strategies as st

from enrolment.domain.nhs_number import NhsNumberError, is_synthetic, parse_nhs_number

NINE_DIGITS = st.text("0123456789", min_size=9, max_size=9)


@pytest.mark.parametrize("text", ["9434765919", "943 476 5919", "943-476-5919", " 9990000018 "])
def test_a_number_with_a_right_check_digit_is_believed_however_it_is_spaced(text: str) -> None:
    assert parse_nhs_number(text) in {"9434765919", "9990000018"}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("9990000010", "nhs_number_check_digit"),
        ("4857773456", "nhs_number_check_digit"),
        ("3478526985", "nhs_number_check_digit"),
        ("9876543210", "nhs_number_placeholder"),
        *[(str(digit) * 10, "nhs_number_placeholder") for digit in range(10)],
        ("943476591", "nhs_number_format"),
        ("94347659190", "nhs_number_format"),
        ("943476591X", "nhs_number_format"),
        ("٩٤٣٤٧٦٥٩١٩", "nhs_number_format"),
        ("", "nhs_number_format"),
    ],
)
def test_a_number_that_breaks_a_rule_says_which_and_never_repeats_itself(text: str, code: str) -> None:
    with pytest.raises(NhsNumberError) as raised:
        parse_nhs_number(text)
    assert raised.value.code == code
    assert not text or text not in raised.value.sentence


@given(NINE_DIGITS, st.integers(0, 9), st.integers(1, 9))
def test_no_two_numbers_that_differ_in_the_last_digit_alone_are_believed(nine: str, last: int, step: int) -> None:
    believed = 0
    for digit in (last, (last + step) % 10):
        try:
            parse_nhs_number(f"{nine}{digit}")
        except NhsNumberError:
            continue
        believed += 1
    assert believed <= 1


def test_numbers_that_begin_with_9_are_synthetic() -> None:
    assert is_synthetic("9990000018")
    assert not is_synthetic("4010232137")
