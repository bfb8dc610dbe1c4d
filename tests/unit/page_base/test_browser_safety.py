import httpx
import pytest

from support.demo_pages.app import Switches


@pytest.mark.parametrize("path", ["/demo/form", "/demo/broken", "/nowhere", "/demo/participants", "/demo/sessions/part"])
async def test_every_answer_tells_the_browser_what_to_refuse(browser: httpx.AsyncClient, path: str) -> None:
    headers = (await browser.get(path)).headers
    assert "default-src 'self'" in headers["content-security-policy"]
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "cross-site", "Origin": "http://limber.example"},
        {"Origin": "http://elsewhere.example"},
        {"Origin": "http://limber.example:8081"},
        {"Origin": "http://limber.example.elsewhere.example"},
        {"Origin": "null"},
    ],
)
async def test_a_form_of_another_site_changes_nothing(
    browser: httpx.AsyncClient, switches: Switches, headers: dict[str, str]
) -> None:
    response = await browser.post("/demo/form", data={"pain": "5"}, headers=headers)
    assert response.status_code == 403
    assert "came from another website" in response.text
    assert "content-security-policy" in response.headers
    assert switches.bodies_received == []


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "same-origin", "Origin": "http://limber.example"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": "http://limber.example"},
        {"Origin": "https://limber.example"},
        {},
    ],
)
async def test_our_own_forms_and_programs_are_served(
    browser: httpx.AsyncClient, switches: Switches, headers: dict[str, str]
) -> None:
    assert (await browser.post("/demo/form", data={"pain": "5"}, headers=headers)).status_code == 200
    assert switches.bodies_received == ["5"]


async def test_a_link_from_another_site_may_be_followed(browser: httpx.AsyncClient) -> None:
    assert (await browser.get("/demo/form", headers={"Sec-Fetch-Site": "cross-site"})).status_code == 200
