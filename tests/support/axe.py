"""axe-core in the browser under test: what it finds against WCAG 2.2 AA on the page that is shown."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from selenium.webdriver.remote.webdriver import WebDriver

JUDGE = Path(__file__).parents[1] / "journeys" / "axe_judge"
SCRIPT = JUDGE / "node_modules" / "axe-core" / "axe.min.js"
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
GRAVE = frozenset({"serious", "critical"})
needs_axe = pytest.mark.skipif(
    not SCRIPT.is_file(),
    reason="axe-core is missing: npm ci --ignore-scripts --prefix tests/journeys/axe_judge",
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One rule that the page breaks, how grave that is, and where."""

    rule: str
    impact: str
    where: tuple[str, ...]


def findings(driver: WebDriver) -> list[Finding]:
    """Everything that axe-core finds on the page that the browser shows; the browser must run JavaScript."""
    driver.execute_script(SCRIPT.read_text(encoding="utf-8"))
    found: Any = driver.execute_async_script(
        "const done = arguments[arguments.length - 1];"
        "axe.run(document, {runOnly: {type: 'tag', values: arguments[0]}}).then(found => done(found.violations));",
        list(RULES),
    )
    return [
        Finding(one["id"], one["impact"] or "minor", tuple(str(node["target"]) + node["html"][:120] for node in one["nodes"]))
        for one in found
    ]


def grave(driver: WebDriver) -> list[Finding]:
    """What is serious or critical of it."""
    return [one for one in findings(driver) if one.impact in GRAVE]
