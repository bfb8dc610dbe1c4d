import re

import httpx
import pytest
from fastapi import FastAPI

from page_base.assets import asset_path, assets, assets_router, assets_version

PACKAGES = ["page_base", "scheduling.http"]


async def test_an_asset_may_be_kept_for_a_year_because_its_address_changes_with_its_content(program: httpx.AsyncClient) -> None:
    response = await program.get(asset_path(service="demo", name="nhsuk-frontend.css"))
    assert response.status_code == 200
    assert response.headers["content-type"].startswith("text/css")
    assert response.headers["cache-control"] == "public, max-age=31536000, immutable"


async def test_a_page_from_before_an_update_still_gets_its_assets(program: httpx.AsyncClient) -> None:
    response = await program.get("/demo/assets/0123456789abcdef/parts.js")
    assert response.status_code == 200
    assert response.headers["content-type"].startswith("text/javascript")
    assert response.headers["cache-control"] == "no-cache"


@pytest.mark.parametrize("name", ["nothing.js", "..%2f__init__.py", "__init__.py"])
async def test_only_assets_are_served(program: httpx.AsyncClient, name: str) -> None:
    assert (await program.get(f"/demo/assets/{assets_version()}/{name}")).status_code == 404


@pytest.mark.parametrize("package", PACKAGES)
def test_no_asset_sends_the_browser_to_another_host(package: str) -> None:
    for name, content in assets(package).items():
        if name.endswith((".css", ".js")):
            assert re.search(rb"(url\(|import |fetch\()[\"']?(https?:)?//", content) is None, name


@pytest.mark.parametrize("package", PACKAGES)
def test_the_scripts_import_only_assets_that_exist(package: str) -> None:
    for name, content in assets(package).items():
        if name.endswith(".js"):
            for imported in re.findall(rb"from ?\"\./([^\"]+)\"", content):
                assert imported.decode() in assets(package), name


def test_a_service_has_assets_of_its_own_and_they_change_its_addresses() -> None:
    assert "register.js" in assets("scheduling.http")
    assert "register.js" not in assets()
    assert assets_version("scheduling.http") != assets_version()


async def test_a_service_worker_is_there_for_the_whole_service() -> None:
    app = FastAPI()
    app.include_router(assets_router(service="scheduling", package="scheduling.http"))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://testserver") as program:
        path = asset_path(service="scheduling", name="register-worker.js", package="scheduling.http")
        assert (await program.get(path)).headers["service-worker-allowed"] == "/scheduling/"
