"""No text message says what somebody has."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.domain.discretion import MOST_CHARACTERS_OF_SIGNPOSTS, fit_for_sms, names_a_diagnosis


@pytest.mark.parametrize(
    "text",
    [
        "Living with osteoarthritis",
        "Versus Arthritis",
        "your knee",
        "Knees",
        "chronic pain",
        "https://www.versusarthritis.org",
        "poen cefn",
    ],
)
def test_conditions_and_where_it_hurts_are_found(text: str) -> None:
    assert names_a_diagnosis(text)


@pytest.mark.parametrize("text", ["Walking group", "Join us", "a shipment of chips", "Painting class by Mr Spain"])
def test_other_words_are_not(text: str) -> None:
    assert not names_a_diagnosis(text)


@given(
    st.lists(
        st.fixed_dictionaries({"title": st.text(max_size=200) | st.just("Knee club"), "url": st.none() | st.text(max_size=80)})
    )
)
def test_what_a_text_message_lists_names_nothing_and_fits(signposts: list[dict[str, str | None]]) -> None:
    fit = fit_for_sms(signposts)
    assert not any(names_a_diagnosis(f"{signpost['title']} {signpost['url']}") for signpost in fit)
    assert sum(len(f"{signpost['title']} {signpost['url'] or ''}") for signpost in fit) <= MOST_CHARACTERS_OF_SIGNPOSTS
    assert all(signpost in signposts for signpost in fit)
