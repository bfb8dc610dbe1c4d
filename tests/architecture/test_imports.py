"""Each import contract of pyproject.toml is broken once in a copy of the code, so that we know that it can fail."""

import os
import shutil
import subprocess
import tomllib

import pytest

from limber_embedded.checkout import CHECKOUT
from limber_embedded.servers.programs import script
from support.sources import PACKAGES

CONTRACTS = {
    one["id"]: one["name"]
    for one in tomllib.loads((CHECKOUT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
}
# By contract: the file that gets a line it must not have, and the module that this line imports.
BREACHES = {
    "layers": ("services/scheduling/src/scheduling/domain/places.py", "scheduling.use_cases.withdraw"),
    "services-apart": ("services/outcomes/src/outcomes/main.py", "scheduling.main"),
    "contracts-at-the-edge": ("services/scheduling/src/scheduling/storage/people.py", "event_contracts.people"),
    "no-framework-inside": ("services/notifications/src/notifications/domain/place.py", "pydantic"),
    "rules-without-the-kit": ("services/enrolment/src/enrolment/use_cases/known.py", "service_kit.ids"),
    "contracts-know-nobody": ("shared/event_contracts/src/event_contracts/people.py", "service_kit.ids"),
    "kit-knows-nobody": ("shared/service_kit/src/service_kit/due.py", "event_contracts.contract"),
    "pages-know-nobody": ("shared/page_base/src/page_base/formats.py", "service_kit.clock"),
    "services-know-no-deployment": ("services/enrolment/src/enrolment/settings.py", "limber_streams.declaration"),
    "deployment-starts-processes": ("deploy/embedded/src/limber_embedded/home.py", "enrolment.main"),
}
WITHOUT_A_LAYER = "services/scheduling/src/scheduling/somewhere_else.py"


@pytest.fixture(scope="module")
def findings(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What import-linter says about a copy of the code with every breach in it."""
    copy = tmp_path_factory.mktemp("planted")
    shutil.copyfile(CHECKOUT / "pyproject.toml", copy / "pyproject.toml")
    for package in PACKAGES.values():
        shutil.copytree(package, copy / package.relative_to(CHECKOUT), ignore=shutil.ignore_patterns("__pycache__"))
    for name, module in BREACHES.values():
        with (copy / name).open("a") as file:
            file.write(f"\nimport {module}\n")
    (copy / WITHOUT_A_LAYER).write_text('"""A module that belongs to no layer."""\n')
    folders = [str(copy / package.relative_to(CHECKOUT).parent) for package in PACKAGES.values()]
    done = subprocess.run(
        [str(script("lint-imports")), "--no-cache", "--config", str(copy / "pyproject.toml")],
        cwd=copy,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(folders), "COLUMNS": "300"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    return done.stdout


def section(findings: str, contract: str) -> str:
    """What was found against one contract."""
    details = findings.split("Broken contracts")[1]
    name = CONTRACTS[contract]
    heading = f"{name}\n{'-' * len(name)}\n"
    assert heading in details, f"{name} was not broken"
    after = details.split(heading)[1]
    return min((after.split(f"{other}\n{'-' * len(other)}\n")[0] for other in CONTRACTS.values()), key=len)


def test_every_contract_is_broken_once() -> None:
    assert set(BREACHES) == set(CONTRACTS)


@pytest.mark.parametrize("contract", BREACHES)
def test_a_breach_is_found(findings: str, contract: str) -> None:
    name, imported = BREACHES[contract]
    importer = name.partition("/src/")[2].removesuffix(".py").replace("/", ".")
    assert f"{importer} -> {imported}" in section(findings, contract)


def test_a_module_without_a_layer_is_found(findings: str) -> None:
    assert "scheduling.somewhere_else" in section(findings, "layers")


def test_every_package_of_the_workspace_is_looked_at() -> None:
    configured = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())["tool"]["importlinter"]["root_packages"]
    assert sorted(configured) == sorted(PACKAGES)
