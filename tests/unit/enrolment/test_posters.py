"""Codes on posters."""

import random
from datetime import timedelta

import pytest

from enrolment.domain.posters import Poster, PosterRefusedError, as_shown, as_typed, make_poster
from support.enrolment_examples import NOW


def a_poster(*, days: int = 30, programme: str = "p") -> Poster:
    return make_poster(
        channel="workplace",
        organisation="ACME",
        programme=programme,
        programmes=["p"],
        days=days,
        made_by="Test",
        now=NOW,
        choose=random.Random(1).choice,  # noqa: S311 - a test's codes need not be secret
    )


def test_a_code_works_until_its_day_or_until_it_is_ended() -> None:
    poster = a_poster(days=30)
    assert poster.works(now=NOW + timedelta(days=30, seconds=-1))
    assert not poster.works(now=NOW + timedelta(days=30))
    assert not poster.revoked(now=NOW).works(now=NOW)
    assert poster.revoked(now=NOW).revoked(now=NOW + timedelta(days=1)).revoked_at == NOW


def test_a_code_is_read_however_it_is_typed_and_has_nothing_that_looks_like_something_else() -> None:
    code = a_poster().code
    assert as_typed(f" {as_shown(code).lower()} ") == code
    assert not set(code) & set("01OILU")
    assert len(code) == 8


@pytest.mark.parametrize(("days", "programme", "field"), [(0, "p", "days"), (367, "p", "days"), (30, "q", "programme")])
def test_a_poster_that_cannot_be_is_refused(days: int, programme: str, field: str) -> None:
    with pytest.raises(PosterRefusedError) as refused:
        a_poster(days=days, programme=programme)
    assert refused.value.reason.field == field
