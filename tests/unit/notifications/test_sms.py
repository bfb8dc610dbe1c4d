"""How long a text message is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.domain.sms import is_too_long, parts


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("", 1),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("a" * 918, 6),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("a" * 158 + "€", 1),
        ("a" * 159 + "€", 2),
        ("à" * 160, 1),
        ("ŵ" * 70, 1),
        ("ŵ" * 71, 2),
        ("ŵ" * 134, 2),
        ("ŵ" * 135, 3),
        ("a" * 160 + "ŷ", 3),
        ("😀" * 35, 1),
        ("😀" * 36, 2),
    ],
)
def test_parts_are_counted_as_the_networks_do(text: str, number: int) -> None:
    assert parts(text) == number


@pytest.mark.parametrize("character", "âêîôûŵŷáíóú\u2019\u2013")
def test_welsh_and_typographic_characters_force_the_wide_alphabet(character: str) -> None:
    assert parts("a" * 70 + character) == 2


def test_an_extension_character_is_never_cut_in_two() -> None:
    # 153 would end between an escape and its character, so that each part holds 152 of the 153.
    assert parts("€" * 153) == 3


def test_918_characters_are_the_most() -> None:
    assert not is_too_long("a" * 918)
    assert is_too_long("a" * 919)


@given(st.text(max_size=1000))
def test_longer_never_takes_fewer_parts(text: str) -> None:
    assert parts(text) <= parts(text + "a") <= parts(text) + 1
