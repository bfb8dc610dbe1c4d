"""Keys for programs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service_kit.api_keys import id_of, is_key, new_key


def test_a_key_is_known_by_its_id_and_proved_by_its_hash() -> None:
    key = new_key()
    assert id_of(key.text) == key.id
    assert is_key(key.text, stored_hash=key.hash)
    assert key.text not in key.hash


def test_another_secret_under_the_same_id_is_not_the_key() -> None:
    key, other = new_key(), new_key()
    assert not is_key(key.text[:-1] + ("a" if key.text[-1] != "a" else "b"), stored_hash=key.hash)
    assert not is_key(other.text, stored_hash=key.hash)


def test_no_two_keys_are_alike() -> None:
    assert len({new_key().text for _ in range(100)}) == 100


@pytest.mark.parametrize(
    "text", ["", "limber", "limber_", "limber_0123456789abcdef_", "limber_short_secret", "other_0123456789abcdef_s"]
)
def test_what_does_not_look_like_a_key_has_no_id(text: str) -> None:
    assert id_of(text) is None


@given(st.text())
def test_any_text_is_answered(text: str) -> None:
    id_of(text)
    assert not is_key(text, stored_hash=new_key().hash)
