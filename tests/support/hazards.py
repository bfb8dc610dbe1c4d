"""The hazard log names tests that prove its controls: a run of the whole suite fails where one of them was not run and passed."""

import re
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

import pytest

HAZARD_LOG = Path(__file__).parents[2] / "docs" / "safety" / "hazard-log.md"
_TEST = re.compile(r"`(tests/[\w/]+\.py::test_\w+)`")
_outcomes: dict[str, set[str]] = {}


def named_in(text: str) -> list[str]:
    """The tests that a text names, each once."""
    return list(dict.fromkeys(_TEST.findall(text)))


@cache
def named() -> tuple[str, ...]:
    """The tests that the hazard log names."""
    return tuple(named_in(HAZARD_LOG.read_text()))


def unproven(wanted: Iterable[str], outcomes: Mapping[str, set[str]]) -> list[str]:
    """Those that did not pass, or of which a part was skipped or failed."""
    return [test for test in wanted if outcomes.get(test) != {"passed"}]


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if report.when == "call" or report.outcome != "passed":
        _outcomes.setdefault(report.nodeid.partition("[")[0], set()).add(report.outcome)


def pytest_sessionfinish(session: pytest.Session) -> None:
    config = session.config
    if hasattr(config, "workerinput"):  # one of several that run side by side; whoever started them knows what all did
        return
    is_whole = config.args_source is pytest.Config.ArgsSource.TESTPATHS and not (config.option.keyword or config.option.markexpr)
    if not is_whole or config.option.collectonly or session.exitstatus != pytest.ExitCode.OK:
        return
    if left := unproven(named(), _outcomes):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
        words = "The hazard log relies on tests that were not run, or not to their end:"
        print("\n".join(["", words, *(f"  {test}" for test in left)]))  # noqa: T201 - it is what the run has to say at its end
