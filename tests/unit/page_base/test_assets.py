import re

import httpx
import pytest

from page_base.assets import asset_path, assets, assets_version


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


def test_no_asset_sends_the_browser_to_another_host() -> None:
    for name, content in assets().items():
        if name.endswith((".css", ".js")):
            assert re.search(rb"(url\(|import |fetch\()[\"']?(https?:)?//", content) is None, name


def test_the_scripts_import_only_assets_that_exist() -> None:
    for name, content in assets().items():
        if name.endswith(".js"):
            for imported in re.findall(rb"from ?\"\./([^\"]+)\"", content):
                assert imported.decode() in assets(), name
