"""`./limber plan` with the bank holidays of a division: no running system is needed."""

import json

import pytest
from click.testing import CliRunner, Result

from limber_embedded.commands.plan import plan

# A Monday so far ahead that the tests don't age soon; bank holidays are known to the end of 2028.
START = "2028-04-03"


def planned(*options: str) -> Result:
    return CliRunner().invoke(plan, ["--division", "england-and-wales", "--days", "mon,thu", *options])


def test_a_plan_is_printed_for_people_and_for_programs() -> None:
    answer = json.loads(planned("--start", START, "--json").output)

    assert answer["problems"] == []
    assert answer["sessions"][0] == {"date": START, "themes": ["welcome"]}
    assert answer["skipped"] == [
        {"date": "2028-04-17", "why": "Easter Monday"},
        {"date": "2028-05-01", "why": "Early May bank holiday"},
    ]
    shown = planned("--start", START).output
    assert "Left out: Mon 17 April 2028, Easter Monday." in shown
    assert "local, not official" in shown


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--start", "2020-11-30"], "starts_on must not be in the past"),
        (["--start", START, "--sessions", "9"], "sessions must be between 10 and 12"),
        (["--start", START, "--days", "sun,mon"], "weekdays must not be next to each other"),
        (["--start", "2028-12-04"], "no bank holidays are known later"),
        (["--start", START, "--division", "wales"], "division must be among england-and-wales, northern-ireland, scotland"),
        (["--start", START, "--programme", "yoga"], "programme must be among escape-pain-backs, escape-pain-knee-hip"),
    ],
)
def test_a_plan_that_breaks_a_rule_names_it_and_fails(options: list[str], sentence: str) -> None:
    result = planned(*options)

    assert result.exit_code == 1
    assert sentence in result.output


def test_either_a_site_or_a_division_is_needed() -> None:
    assert "Either --site or --division" in planned("--start", START, "--site", "harbour").output
