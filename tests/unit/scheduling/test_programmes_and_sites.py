"""Programmes and sites are data: what the data may say."""

from dataclasses import asdict, replace
from datetime import time
from decimal import Decimal
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from scheduling.domain.broken_rule import BrokenRuleError
from scheduling.domain.plans import plan_cohort, wanted_from
from scheduling.domain.programmes import ProgrammeError, programme_from
from scheduling.domain.sites import Hours, checked_site
from scheduling.storage.reference_data import load_programmes
from support.scheduling_examples import BANK_HOLIDAYS, MONDAY, NO_HOLIDAYS, PROGRAMME, PROGRAMMES, a_site

SITE = a_site()


def test_the_programme_for_knees_and_hips_is_the_published_one() -> None:
    assert (PROGRAMME.fewest_sessions, PROGRAMME.most_sessions, PROGRAMME.sessions_a_week) == (10, 12, 2)
    assert (PROGRAMME.close_attention_limit, PROGRAMME.completion_share, PROGRAMME.fewest_sessions_run) == (
        2,
        Decimal("0.75"),
        10,
    )


def test_the_programme_for_backs_ships_and_says_what_nobody_has_verified() -> None:
    assert "themes" in PROGRAMMES["escape-pain-backs"].unverified
    assert {one.timetable for one in PROGRAMMES.values()} == {"local, not official"}


def test_another_programme_is_a_file_and_needs_no_code(tmp_path: Path) -> None:
    for file in files("scheduling").joinpath("programmes").iterdir():
        (tmp_path / file.name).write_text(file.read_text())
    another = (tmp_path / "escape-pain-knee-hip.toml").read_text().replace("escape-pain-knee-hip", "balance")
    (tmp_path / "balance.toml").write_text(another.replace("most_sessions = 12", "most_sessions = 11"))

    programmes = load_programmes(tmp_path)

    assert sorted(programmes) == ["balance", "escape-pain-backs", "escape-pain-knee-hip"]
    wanted = wanted_from(starts_on=MONDAY, days="mon,thu", sessions=11)
    plan = plan_cohort(programme=programmes["balance"], wanted=wanted, calendar=NO_HOLIDAYS)
    assert len(plan.kept().sessions) == 11


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
        ({"themes": ()}, "themes must be a list of tables"),
        ({"themes": [{"code": "a"}]}, ", themes 1: title is missing"),
        ({"themes": [{"code": "a", "title": "A"}] * 2}, "themes must not repeat a code"),
        (
            {"themes": [{"code": str(n), "title": "T"} for n in range(21)]},
            "themes must fit into the 10 sessions of the shortest cohort, at most 2 in each",
        ),
        ({"stations": [{"code": "a", "title": "A", "measure": "miles"}]}, "stations must be measured in repetitions or seconds"),
        ({"who_may_lead": []}, "who_may_lead must be a list of texts"),
        ({"offers": {"answer_days": 5}}, ", offers: after_start is missing"),
        ({"offers": asdict(PROGRAMME.offers) | {"at_enrolment": "drawn"}}, ", offers: at_enrolment must be placed or offered"),
        ({"offers": asdict(PROGRAMME.offers) | {"answer_days": 0}}, ", offers: answer_days must be a whole number"),
        ({"training": {"routes": ["course"]}}, ", training: prerequisites is missing"),
        ({"unverified": ["stars"]}, "unverified must name entries, and stars is none"),
        ({"colour": "green"}, "colour is not known"),
    ],
)
def test_a_programme_that_breaks_a_rule_is_refused_at_start(changes: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ProgrammeError, match=f"^programme escape-pain-knee-hip(: )?{sentence}"):
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
        ({"kind": "garage"}, "kind"),
        ({"kind": "workplace"}, "employer"),
        ({"employer": "ACME"}, "employer"),
        ({"status": "open"}, "status"),
        ({"checklist": {"lead": MONDAY}}, "status"),
        ({"checklist": {"tea": MONDAY}}, "checklist"),
        ({"rooms": ()}, "rooms"),
        ({"rooms": (replace(SITE.rooms[0], name=" "),)}, "rooms.name"),
        ({"rooms": (SITE.rooms[0], SITE.rooms[0])}, "rooms.name"),
        ({"rooms": (replace(SITE.rooms[0], capacity=0),)}, "rooms.capacity"),
        ({"opening_hours": {"someday": ()}}, "opening_hours"),
        ({"opening_hours": {"mon": (Hours(opens=time(12), closes=time(9)),)}}, "opening_hours"),
        ({"access_features": ("Step free",)}, "access_features"),
    ],
)
def test_a_site_that_breaks_a_rule_is_refused_by_the_name_of_the_field(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(BrokenRuleError, match=f"^{field.rpartition('.')[2]} .*must ") as refused:
        checked_site(replace(SITE, **changes), divisions=BANK_HOLIDAYS.keys())

    assert refused.value.field == field


@pytest.mark.parametrize("outward_code", ["NE1", "B33", "SW1A", "EC1A", "M1"])
def test_a_sound_site_is_taken(outward_code: str) -> None:
    site = replace(SITE, outward_code=outward_code)

    assert checked_site(site, divisions=BANK_HOLIDAYS.keys()) is site
