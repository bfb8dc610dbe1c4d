import httpx
import pytest

from page_base.problems import field_and_rule

PROBLEMS = {
    400: "There is a problem with this request",
    403: "You do not have permission to see this page",
    404: "Page not found",
    405: "This cannot be done here",
    409: "This could not be done",
    418: "There is a problem with this request",
    422: "There is a problem with what was entered",
    500: "Sorry, there is a problem with the service",
    502: "Sorry, there is a problem with the service",
    503: "Sorry, the service is not available",
}


@pytest.mark.parametrize(("status_code", "heading"), PROBLEMS.items())
async def test_a_browser_gets_a_page_in_plain_words(browser: httpx.AsyncClient, status_code: int, heading: str) -> None:
    response = await browser.get(f"/demo/problem/{status_code}")
    assert response.status_code == status_code
    assert f"<title>{heading} - Limber</title>" in response.text
    assert f'<h1 class="nhsuk-heading-l">{heading}</h1>' in response.text


@pytest.mark.parametrize(("status_code", "heading"), [*PROBLEMS.items(), (401, "Sign in to see this page")])
async def test_a_program_gets_the_same_as_json(program: httpx.AsyncClient, status_code: int, heading: str) -> None:
    response = await program.get(f"/demo/problem/{status_code}")
    assert response.status_code == status_code
    assert response.json()["error"].startswith(heading)


async def test_an_error_is_shown_in_its_own_words(browser: httpx.AsyncClient, program: httpx.AsyncClient) -> None:
    words = "Session 3 has begun <already>, so it cannot be moved."
    assert (await program.get("/demo/problem/409", params={"words": words})).json() == {"error": words}
    assert "begun &lt;already&gt;, so" in (await browser.get("/demo/problem/409", params={"words": words})).text


async def test_nothing_of_an_unexpected_error_is_shown(browser: httpx.AsyncClient, program: httpx.AsyncClient) -> None:
    for client in (browser, program):
        response = await client.get("/demo/broken")
        assert response.status_code == 500
        assert "9990000018" not in response.text
        assert "RuntimeError" not in response.text
        assert "9990000018" not in (await client.get("/demo/problem/500", params={"words": "9990000018"})).text


async def test_an_address_that_does_not_exist_is_answered_in_plain_words_too(browser: httpx.AsyncClient) -> None:
    response = await browser.get("/nowhere")
    assert response.status_code == 404
    assert "Page not found" in response.text


async def test_what_was_sent_is_named_by_field_and_rule_and_never_repeated(
    program: httpx.AsyncClient, browser: httpx.AsyncClient
) -> None:
    for client in (program, browser):
        response = await client.get("/demo/problem/9990000018x")
        assert response.status_code == 422
        assert "status_code: Input should be a valid integer" in response.text
        assert "9990000018x" not in response.text


def test_a_rule_of_our_own_is_shown_without_its_type() -> None:
    error = {"loc": ("body", "starts_on"), "msg": "Value error, must be a Monday"}
    assert field_and_rule(error) == "starts_on: must be a Monday"
    assert field_and_rule({"loc": ("body",), "msg": "Field required"}) == "Field required"


async def test_a_part_that_needs_a_credential_is_refused_and_not_led_to_the_sign_in_page(browser: httpx.AsyncClient) -> None:
    assert (await browser.get("/demo/refused/part", headers={"Limber-Part": "1"})).status_code == 401
