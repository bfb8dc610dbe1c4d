"""What an image holds, tried without an engine: the Dockerfile's own script fills an environment for each member."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from limber_embedded.checkout import CHECKOUT, SERVICES
from limber_embedded.lock import images
from limber_embedded.servers.postgres import PostgresServer

UV = CHECKOUT / ".limber" / "tools" / "bin" / "uv"  # where ./limber puts it
MODULES = {*SERVICES, "limber_streams", "limber_embedded"}
ASKED = f"import importlib.util as i, json; print(json.dumps([m for m in {sorted(MODULES)} if i.find_spec(m)]))"
SETTINGS = {"LIMBER_DATABASE_URL": "postgresql+asyncpg://nobody@localhost/none", "LIMBER_NATS_URL": "nats://localhost:4222"}


def run(*command: str | Path, cwd: Path, **environment: str) -> str:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("LIMBER_", "PYTHON"))}
    done = subprocess.run(
        [str(part) for part in command], cwd=cwd, env=inherited | environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def tools(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment with uv and what builds wheels, as the Dockerfile makes it."""
    folder = tmp_path_factory.mktemp("tools") / "env"
    run(UV, "venv", "--quiet", "--python", sys.executable, folder, cwd=CHECKOUT)
    lock = "deploy/images/build.lock"
    run(UV, "pip", "install", "--quiet", "--python", folder, "--require-hashes", "--no-deps", "-r", lock, cwd=CHECKOUT)
    (folder / "bin" / "uv").symlink_to(UV)
    return folder


@pytest.fixture
def image(tools: Path, tmp_path: Path) -> Callable[[str], Path]:
    """`image("services/scheduling")` gives the Python of that member's image."""

    def filled(member: str) -> Path:
        app = tmp_path / "app"
        run(UV, "venv", "--quiet", "--python", sys.executable, app, cwd=CHECKOUT)
        for step in ("locked", "members"):
            run("deploy/images/install.sh", step, member, tools, app, cwd=CHECKOUT)
        return app / "bin" / "python"

    return filled


@pytest.mark.parametrize("service", SERVICES)
async def test_an_image_holds_one_service_that_serves_and_migrates(
    image: Callable[[str], Path], tmp_path: Path, postgres_server: PostgresServer, service: str
) -> None:
    python = image(f"services/{service}")
    assert json.loads(run(python, "-c", ASKED, cwd=tmp_path)) == [service]
    described = json.loads(run(python, "-m", service, "openapi", cwd=tmp_path, LIMBER_HTTP_PORT="8000", **SETTINGS))
    assert described["info"]["title"] == f"Limber {service}"

    database = f"image_{service}"
    await postgres_server.ensure_database(name=database, password="of-a-test")
    url = postgres_server.url(database=database, user=database, password="of-a-test", driver="postgresql+asyncpg")
    run(python, "-m", service, "migrate", cwd=tmp_path, **{**SETTINGS, "LIMBER_DATABASE_URL": url, "LIMBER_HTTP_PORT": "8000"})
    async with postgres_server.admin(database=database) as connection:
        assert await connection.fetchval("SELECT count(*) FROM outbox") == 0


def test_the_image_of_the_streams_holds_no_service(image: Callable[[str], Path], tmp_path: Path) -> None:
    python = image(images()["limber_streams"])
    assert json.loads(run(python, "-c", ASKED, cwd=tmp_path)) == ["limber_streams"]
    assert "--ca-file" in run(python, "-m", "limber_streams", "--help", cwd=tmp_path)
