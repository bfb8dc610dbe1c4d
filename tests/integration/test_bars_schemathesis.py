"""The FHIR endpoint under schemathesis: generated requests by the published OpenAPI document and by our own."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn
import yaml

from limber_embedded.servers.ports import free_port
from support import bars_requests as bars
from support.built_services import app_of
from support.enrolment_bench import EnrolmentBench, enrolment, eventually

__all__ = ["enrolment"]

DOCUMENT = bars.PUBLISHED / "booking-and-referral-1.4.0.yaml"
PATH = "/$process-message"
published = pytest.mark.skipif(not DOCUMENT.is_file(), reason="the published OpenAPI document is not here")
# Both documents describe a Bundle loosely, so most bodies that fit them are no BaRS message: which are taken is not asked here.
NOT_ASKED = "positive_data_acceptance,negative_data_rejection"
# What a caller who fixes all headers still varies is the body.
FIXED = ("Accept", "NHSD-Target-Identifier", "NHSD-End-User-Organisation", "NHSD-Requesting-Software", "use-context")


@pytest.fixture
async def address(enrolment: EnrolmentBench) -> AsyncIterator[str]:
    """The service on a socket, as schemathesis needs it."""
    port = free_port()
    server = uvicorn.Server(uvicorn.Config(enrolment.app, port=port, lifespan="off", log_config=None, access_log=False))
    serving = asyncio.create_task(server.serve())

    async def started() -> bool:
        return server.started

    await eventually(started)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    await serving


async def found_by_schemathesis(
    document: dict[str, Any], *, url: str, path: str, headers: dict[str, str], folder: Path
) -> tuple[int, str]:
    """Its exit code, which is 0 when nothing was found, and what it says."""
    (folder / "openapi.json").write_text(json.dumps(document))
    options = [part for name, value in headers.items() for part in ("--header", f"{name}: {value}")]
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "schemathesis.cli", "run", str(folder / "openapi.json"), "--url", url),
        *("--include-path", path, "--phases", "fuzzing,coverage", "--max-examples", "15", "--seed", "1", "--no-color"),
        *("--generation-database", "none", "--exclude-checks", NOT_ASKED),
        *options,
        cwd=folder,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await process.communicate()
    return process.returncode or 0, said.decode()


def as_published() -> dict[str, Any]:
    """The document that was published, in which whatever is in files that aren't here may be anything."""

    def without_files(node: Any) -> Any:
        if isinstance(node, list):
            return [without_files(each) for each in node]
        if not isinstance(node, dict):
            return node
        if not str(node.get("$ref", "#")).startswith("#"):
            return {}
        return {name: without_files(value) for name, value in node.items() if name not in {"example", "examples"}}

    found: dict[str, Any] = without_files(yaml.safe_load(DOCUMENT.read_text()))
    return found


@published
@pytest.mark.parametrize("with_headers", [True, False], ids=["any body", "any headers"])
async def test_no_request_by_the_published_document_is_answered_with_anything_else(
    enrolment: EnrolmentBench, address: str, folder: Path, *, with_headers: bool
) -> None:
    usual = bars.headers(await enrolment.api_key("A81001"))
    headers = {name: usual[name] for name in ("Authorization", *(FIXED if with_headers else ()))}
    code, words = await found_by_schemathesis(
        as_published(), url=f"{address}/enrolment/fhir", path=PATH, headers=headers, folder=folder
    )
    assert code == 0, words
    assert await enrolment.query("SELECT * FROM inbox") == []


async def test_no_request_by_our_own_document_is_answered_with_anything_else(
    enrolment: EnrolmentBench, address: str, folder: Path
) -> None:
    headers = {"Authorization": f"Bearer {await enrolment.api_key('A81001')}"}
    own = json.loads(json.dumps(app_of("enrolment").openapi()))
    for path in ("/enrolment/fhir/$process-message", "/enrolment/fhir/metadata"):
        code, words = await found_by_schemathesis(own, url=address, path=path, headers=headers, folder=folder)
        assert code == 0, words
