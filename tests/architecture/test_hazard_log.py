"""Every control of the hazard log has a proof, and every proof is there."""

import re

import pytest

from limber_embedded.checkout import CHECKOUT
from support.hazards import HAZARD_LOG, named, named_in, unproven

_ROW = re.compile(r"^\| (?P<control>[^|]+) \| (?P<proof>[^|]+) \|$", re.MULTILINE)
_SUMMARY = re.compile(
    r"^\| \[H(?P<number>\d+)\]\(#h\1\) [^|]+ "
    r"\| (?P<severity>\d) \| (?P<likelihood>\d) \| (?P<risk>\d+) \| (?P<after>\d+) \|$",
    re.MULTILINE,
)


@pytest.mark.parametrize("test", named())
def test_a_test_that_the_hazard_log_names_is_there(test: str) -> None:
    file, _, name = test.partition("::")
    assert re.search(rf"^(async )?def {name}\(", (CHECKOUT / file).read_text(), re.MULTILINE)


def test_every_control_names_a_test() -> None:
    rows = [row for row in _ROW.finditer(HAZARD_LOG.read_text()) if row["control"] not in {"control", "---"}]
    assert rows
    assert [row["control"] for row in rows if not named_in(row["proof"])] == []


def test_every_hazard_has_its_risk_worked_out_and_its_controls() -> None:
    text = HAZARD_LOG.read_text()
    hazards = list(_SUMMARY.finditer(text))
    assert [int(each["number"]) for each in hazards] == list(range(1, len(hazards) + 1))
    for each in hazards:
        assert int(each["risk"]) == int(each["severity"]) * int(each["likelihood"])
        assert int(each["after"]) <= 8, "a risk above 8 needs another control"
        section = text.partition(f"## H{each['number']}. ")[2].partition("\n## ")[0]
        assert named_in(section)


def test_a_proof_that_was_skipped_or_never_ran_is_found() -> None:
    ran = {"a::test_one": {"passed"}, "a::test_two": {"passed", "skipped"}, "a::test_three": {"skipped"}}
    assert unproven(["a::test_one", "a::test_two", "a::test_three", "a::test_four"], ran) == [
        "a::test_two",
        "a::test_three",
        "a::test_four",
    ]
