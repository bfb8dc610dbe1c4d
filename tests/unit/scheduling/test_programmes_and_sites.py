"""Programmes and sites are data: what the data may say."""

from dataclasses import asdict, replace
from decimal import Decimal
from typing import Any

import pytest

from scheduling.domain.broken_rule import BrokenRuleError
from scheduling.domain.programmes import ProgrammeError, programme_from
from scheduling.domain.sites import Site, checked_site
from support.scheduling_examples import BANK_HOLIDAYS, PROGRAMME

SITE = Site(site_id="harbour", name="Harbour", outward_code="NE1", division="england-and-wales", room_capacity=12)


def test_the_programme_for_knees_and_hips_is_the_published_one() -> None:
    assert (PROGRAMME.fewest_sessions, PROGRAMME.most_sessions, PROGRAMME.sessions_a_week) == (10, 12, 2)
    assert (PROGRAMME.close_attention_limit, PROGRAMME.completion_share, PROGRAMME.fewest_sessions_run) == (
        2,
        Decimal("0.75"),
        10,
    )


def test_another_programme_needs_no_code() -> None:
    assert programme_from({**asdict(PROGRAMME), "code": "another"}).code == "another"


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"fewest_sessions": 0}, "fewest_sessions must be a whole number of at least 1"),
        ({"fewest_sessions": "ten"}, "fewest_sessions must be a whole number of at least 1"),
        ({"fewest_sessions": True}, "fewest_sessions must be a whole number of at least 1"),
        ({"fewest_sessions": 13}, "fewest_sessions must not be more than most_sessions"),
        ({"usual_capacity": 13}, "usual_capacity must not be more than largest_capacity"),
        ({"close_attention_limit": 3}, "close_attention_limit must not be more than the safety limit of 2"),
        ({"sessions_a_week": 4}, "sessions_a_week must not be more than 3"),
        ({"completion_share": Decimal("1.5")}, "completion_share must be a fraction above 0 and at most 1"),
        ({"completion_share": "75 %"}, "completion_share must be a fraction above 0 and at most 1"),
        ({"name": " "}, "name must be a text"),
        ({"colour": "green"}, "colour is not known"),
    ],
)
def test_a_programme_that_breaks_a_rule_is_refused_at_start(changes: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ProgrammeError, match=f"^programme escape-pain-knee-hip: {sentence}"):
        programme_from(asdict(PROGRAMME) | changes)


def test_a_missing_entry_is_named() -> None:
    document = asdict(PROGRAMME)
    del document["completion_share"]

    with pytest.raises(ProgrammeError, match="completion_share is missing"):
        programme_from(document)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"site_id": "Harbour 1"}, "site_id"),
        ({"name": "  "}, "name"),
        ({"outward_code": "ne1"}, "outward_code"),
        ({"outward_code": "NE1 4LP"}, "outward_code"),
        ({"division": "england"}, "division"),
        ({"room_capacity": 0}, "room_capacity"),
    ],
)
def test_a_site_that_breaks_a_rule_is_refused_by_the_name_of_the_field(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(BrokenRuleError, match=f"^{field} must ") as refused:
        checked_site(replace(SITE, **changes), divisions=BANK_HOLIDAYS.keys())

    assert refused.value.field == field


@pytest.mark.parametrize("outward_code", ["NE1", "B33", "SW1A", "EC1A", "M1"])
def test_a_sound_site_is_taken(outward_code: str) -> None:
    site = replace(SITE, outward_code=outward_code)

    assert checked_site(site, divisions=BANK_HOLIDAYS.keys()) is site
