"""streams.toml is read strictly, because a misread duration loses messages quietly."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from limber_streams.declaration import DeclarationError, duration, load, read

SECOND = 10**9


@pytest.mark.parametrize(
    ("text", "nanoseconds"),
    [("100ms", SECOND // 10), ("60s", 60 * SECOND), ("2m", 120 * SECOND), ("24h", 86_400 * SECOND), ("30d", 2_592_000 * SECOND)],
)
def test_a_quoted_duration_is_read(text: str, nanoseconds: int) -> None:
    assert duration(text, "here") == nanoseconds


@pytest.mark.parametrize("value", [2, 2_000_000, 2.5, "2", "2 m", "-2m", "0s", "2M", "1h30m", "m", "", None, True])
def test_what_is_not_a_quoted_duration_is_refused(value: object) -> None:
    with pytest.raises(DeclarationError, match="here must be a quoted duration"):
        duration(value, "here")


@given(number=st.integers(min_value=1, max_value=10_000), unit=st.sampled_from(["ms", "s", "m", "h", "d"]))
def test_a_duration_grows_with_its_number(number: int, unit: str) -> None:
    assert duration(f"{number}{unit}", "here") == number * duration(f"1{unit}", "here")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ({"stream": {}}, "'stream', which is not known"),
        ({"streams": {"A": {"subjects": ["a.>"], "max_aeg": "1d"}}}, "'max_aeg', which is not known"),
        ({"streams": {"A": {"subjects": ["a.>"], "max_age": 30}}}, "max_age must be a quoted duration"),
        ({"streams": {"A": {"subjects": ["a.>"], "max_msg_size": "1MB"}}}, "max_msg_size must be a int"),
        ({"streams": {"A": {"subjects": ["a.>"], "discard_new_per_subject": 1}}}, "discard_new_per_subject must be a bool"),
        ({"streams": {"A": {"subjects": ["a.>"], "retention": "forever"}}}, "retention must be one of"),
        ({"streams": {"A": {}}}, "subjects must name at least one"),
        ({"streams": {"A.B": {"subjects": ["a.>"]}}}, "must be named with letters"),
        ({"streams": {"A": {"subjects": ["a.>"], "durables": {"d": {}}}}}, "filter_subjects must name at least one"),
        ({"durable_defaults": {"ack_wait": 60}}, "ack_wait must be a quoted duration"),
    ],
)
def test_a_mistake_is_named_with_its_place(content: dict[str, object], words: str) -> None:
    with pytest.raises(DeclarationError, match=words):
        read(content)


def test_no_consumer_is_ever_given_up_on() -> None:
    for stream in load().streams:
        for durable in stream.durables:
            assert durable.config["max_deliver"] == -1
            assert durable.config["ack_wait"] == 30 * SECOND
            assert durable.config["ack_policy"] == "explicit"


def test_intake_refuses_a_full_sender_and_hardly_deduplicates() -> None:
    config = load().stream("INTAKE").config
    assert config["discard"] == "new"
    assert config["discard_new_per_subject"] is True
    assert config["max_msgs_per_subject"] > 0
    assert config["duplicate_window"] == SECOND // 10


def test_personal_data_is_kept_once_per_person() -> None:
    assert {load().stream(name).config["max_msgs_per_subject"] for name in ("CONTACTS", "PEOPLE")} == {1}


def test_an_organisations_receipts_come_through_a_filter() -> None:
    durable = load().receipts_durable(channel="gp", organisation="A81001")
    assert (durable.name, durable.stream) == ("receipts_gp_A81001", "RECEIPTS")
    assert durable.config["filter_subjects"] == ["receipts.gp.A81001", "receipts.gp.A81001.>"]
