import httpx
import pytest

from page_base.assets import asset_path
from page_base.pages import FieldError, NavigationLink, Pages, message_for
from support.demo_pages.app import TOKEN


async def participants(browser: httpx.AsyncClient) -> str:
    browser.cookies.set("limber_session", TOKEN)
    return (await browser.get("/demo/participants")).text


async def test_a_staff_page_has_language_title_skip_link_navigation_and_sign_out(browser: httpx.AsyncClient) -> None:
    page = await participants(browser)
    assert '<html lang="en">' in page
    assert "<title>Participants - Limber</title>" in page
    assert 'href="#maincontent"' in page
    assert 'id="maincontent"' in page
    assert 'href="/scheduling/cohorts"' in page
    assert 'action="/demo/sign-out"' in page
    assert asset_path(service="demo", name="nhsuk-frontend.css") in page


async def test_a_page_carries_no_script_or_style_of_its_own(browser: httpx.AsyncClient) -> None:
    for page in (
        await participants(browser),
        (await browser.get("/demo/participants/1")).text,
        (await browser.get("/demo/form")).text,
    ):
        assert "style=" not in page
        assert "<style" not in page
        assert "onclick" not in page
        assert page.count("<script") == page.count("<script src=") + page.count('<script type="module" src=')


async def test_what_people_wrote_is_shown_as_text(browser: httpx.AsyncClient) -> None:
    page = await participants(browser)
    assert "Idris &lt;b&gt;Okafor&lt;/b&gt;" in page
    assert "<b>Okafor" not in page


async def test_a_page_for_participants_offers_no_staff_navigation(browser: httpx.AsyncClient) -> None:
    page = (await browser.get("/demo/form")).text
    assert "/scheduling/cohorts" not in page
    assert "sign-in" not in page


async def test_errors_are_in_the_title_in_the_summary_and_beside_the_field(browser: httpx.AsyncClient) -> None:
    response = await browser.post("/demo/form", data={"pain": "a lot"})
    assert response.status_code == 422
    assert "<title>Error: How much pain have you had? - Limber</title>" in response.text
    assert 'href="#pain"' in response.text
    assert response.text.count("Pain must be a whole number from 0 to 10") == 2


async def test_a_part_is_a_fragment_for_the_script_and_a_page_for_a_browser_without_it(browser: httpx.AsyncClient) -> None:
    whole = (await browser.get("/demo/sessions/part")).text
    fragment = (await browser.get("/demo/sessions/part", headers={"Limber-Part": "1"})).text
    assert "<title>Sessions - Limber</title>" in whole
    assert '<h1 class="nhsuk-heading-l">Sessions</h1>' in whole
    assert fragment.strip().startswith("<table")
    assert fragment.strip() in whole


@pytest.mark.parametrize("misspelt", ["name", "attribute", "loop"])
async def test_a_misspelt_name_in_a_template_is_an_error_and_not_an_empty_place(
    browser: httpx.AsyncClient, misspelt: str
) -> None:
    assert (await browser.get(f"/demo/misspelt/{misspelt}")).status_code == 500


def test_pages_belong_to_the_service_whose_package_holds_them() -> None:
    assert Pages("support.demo_pages").service == "support"
    assert Pages("support.demo_pages", service="demo").service == "demo"
    assert Pages("support.demo_pages", navigation=[NavigationLink("Rooms", "/rooms")]).home == "/rooms"


def test_the_message_of_a_field_is_its_first_error() -> None:
    errors = [FieldError("a", "A must be there"), FieldError("b", "B must be later than A"), FieldError("b", "B must be a date")]
    assert message_for(errors, "b") == {"text": "B must be later than A"}
    assert message_for(errors, "c") is None
    assert message_for(None, "a") is None
