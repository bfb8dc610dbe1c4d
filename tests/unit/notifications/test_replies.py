"""What people text us means what they meant, or a member of staff reads it."""

from collections.abc import Sequence
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.domain.replies import Word, read_reply
from notifications.domain.replying import Doubt, meaning_of

MARY, JOHN = UUID(int=1), UUID(int=2)
OFFER, OTHER_OFFER = UUID(int=11), UUID(int=12)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("STOP", Word.STOP),
        (" stop. ", Word.STOP),
        ("Stop texting me", Word.STOP),
        ("please stop", Word.STOP),
        ("STOPIO", Word.STOP),
        ("START", Word.START),
        ("Dechrau", Word.START),
        ("Yes", Word.YES),
        ("yes please!", Word.YES),
        ("IE", Word.YES),
        ("Ydw.", Word.YES),
        ("NO", Word.NO),
        ("No thanks", Word.NO),
        ("Nac ydw", Word.NO),
        ("help?", Word.HELP),
        ("CYMORTH", Word.HELP),
        ("yes but not on Mondays", None),
        ("no problem, I will be there", None),
        ("I would like to know when to stop taking the tablets before the session", None),
        ("", None),
        ("\U0001f44d", None),
    ],
)
def test_a_reply_is_read_as_a_word_only_where_it_says_nothing_else(text: str, word: Word | None) -> None:
    assert read_reply(text) is word


@given(st.sampled_from(["yes", "stop", "na", "cymorth"]), st.text(" .!?\n\t", max_size=5), st.text(" .!?\n\t", max_size=5))
def test_case_spaces_and_punctuation_around_a_word_do_not_matter(word: str, before: str, after: str) -> None:
    assert read_reply(before + word.upper() + after) is read_reply(word)


@pytest.mark.parametrize(
    ("word", "people", "offers", "doubt"),
    [
        (Word.YES, [MARY], [OFFER], None),
        (Word.NO, [MARY], [OFFER], None),
        (Word.YES, [], [], Doubt.UNKNOWN_NUMBER),
        (Word.YES, [MARY, JOHN], [OFFER], Doubt.SHARED_PHONE),
        (Word.YES, [MARY], [], Doubt.NO_OFFER),
        (Word.NO, [MARY], [OFFER, OTHER_OFFER], Doubt.SEVERAL_OFFERS),
        (None, [MARY], [OFFER], Doubt.OTHER_WORDS),
        (Word.HELP, [MARY], [], Doubt.ASKS_FOR_HELP),
        (Word.HELP, [MARY, JOHN], [], Doubt.SHARED_PHONE),
        (Word.STOP, [], [], None),
        (Word.STOP, [MARY, JOHN], [OFFER, OTHER_OFFER], None),
        (Word.START, [MARY, JOHN], [], None),
    ],
)
def test_a_reply_decides_something_only_where_there_is_no_doubt(
    word: Word | None, people: Sequence[UUID], offers: Sequence[UUID], doubt: Doubt | None
) -> None:
    meaning = meaning_of(word=word, people=people, open_offers=offers)
    assert meaning.doubt is doubt
    assert meaning.participants == tuple(people)
    assert (meaning.place_id is not None) == (word in (Word.YES, Word.NO) and doubt is None)
    if doubt is not None and doubt is not Doubt.ASKS_FOR_HELP:
        assert meaning.word is None, "what staff must read decides nothing by itself"


def test_every_doubt_has_its_sentence() -> None:
    assert all(doubt.meaning.endswith(".") for doubt in Doubt)
