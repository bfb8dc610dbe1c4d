"""Buckets, ids, the clock and what is said of an error."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from service_kit.access import hash_of
from service_kit.buckets import bucket_of
from service_kit.clock import Clock
from service_kit.database import describe, is_repeatable, is_unavailable
from service_kit.ids import new_id
from service_kit.logs import keep_allowed_fields


@given(st.uuids())
def test_a_bucket_is_two_digits_below_64(id_: object) -> None:
    bucket = bucket_of(str(id_))
    assert len(bucket) == 2
    assert 0 <= int(bucket) < 64


def test_buckets_stay_what_they_were_because_published_subjects_depend_on_them() -> None:
    known = {
        "01a205f2-2e2a-7560-b4e7-67bdf4e04277": "29",
        "a": "03",
        "": "00",
    }
    assert {id_: bucket_of(id_) for id_ in known} == known


def test_ids_are_version_7_and_in_the_order_they_were_made() -> None:
    ids = [new_id() for _ in range(1000)]
    assert {id_.version for id_ in ids} == {7}
    assert ids == sorted(ids)


def test_domain_time_is_real_time_plus_the_offset_and_says_whether_it_moved() -> None:
    clock = Clock()
    assert clock.move_to(timedelta(days=7))
    assert not clock.move_to(timedelta(days=7))
    assert timedelta(days=7) <= clock.now() - clock.real_now() + timedelta(seconds=1) < timedelta(days=7, seconds=2)


def test_an_error_is_described_without_what_it_says() -> None:
    try:
        raise ValueError("Rosalind Example, 07700 900123")  # noqa: TRY301 - what is raised is the matter
    except ValueError as error:
        said = describe(error)
    assert said.startswith("ValueError in test_an_error_is_described_without_what_it_says")
    assert "Rosalind" not in said
    assert not is_unavailable(error_of(ValueError("x")))
    assert is_unavailable(error_of(ConnectionRefusedError()))
    assert not is_repeatable(error_of(ConnectionRefusedError()))


def error_of(error: Exception) -> Exception:
    return error


def test_a_field_that_is_not_on_the_list_never_reaches_a_log() -> None:
    kept = keep_allowed_fields(
        None, "info", {"event": "seen", "event_id": "1", "given_name": "Rosalind", "phone": "07700 900123"}
    )
    assert kept == {"event": "seen", "event_id": "1", "reason": "fields left out: given_name, phone"}


def test_a_token_is_stored_as_its_hash() -> None:
    assert hash_of("token") == "3c469e9d6c5875d37a43f353d4f88e61fcf812c66eee3457465a40b0da4153e0"
