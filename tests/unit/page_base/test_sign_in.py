import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from page_base.sign_in import is_sendable, local_path
from support.demo_pages.app import TOKEN


async def test_somebody_not_signed_in_is_led_to_sign_in_and_back(browser: httpx.AsyncClient) -> None:
    refused = await browser.get("/demo/participants?status=new")
    assert refused.status_code == 303
    form = await browser.get(refused.headers["location"])
    assert 'name="next" value="/demo/participants?status=new"' in form.text
    signed_in = await browser.post("/demo/sign-in", data={"token": f" {TOKEN}\n", "next": "/demo/participants?status=new"})
    assert signed_in.status_code == 303
    assert signed_in.headers["location"] == "/demo/participants?status=new"
    assert (await browser.get("/demo/participants")).status_code == 200


async def test_the_cookie_is_out_of_reach_of_scripts_and_of_other_sites(browser: httpx.AsyncClient) -> None:
    cookie = (await browser.post("/demo/sign-in", data={"token": TOKEN})).headers["set-cookie"]
    assert cookie == f"limber_session={TOKEN}; HttpOnly; Max-Age=43200; Path=/; SameSite=strict"


async def test_behind_https_the_cookie_is_never_sent_in_the_clear(browser: httpx.AsyncClient) -> None:
    response = await browser.post("https://limber.example/demo/sign-in", data={"token": TOKEN})
    assert response.headers["set-cookie"].endswith("; Secure")


@pytest.mark.parametrize(
    ("token", "sentence"),
    [
        ("", "Enter your staff token"),
        ("wrong", "Staff token is not one that we know"),
        ("a b", "Staff token is not one that we know"),
        ("café", "Staff token is not one that we know"),
    ],
)
async def test_a_wrong_token_is_answered_in_plain_words_and_not_repeated(
    browser: httpx.AsyncClient, token: str, sentence: str
) -> None:
    response = await browser.post("/demo/sign-in", data={"token": token})
    assert response.status_code == 422
    assert "<title>Error: Sign in - Limber</title>" in response.text
    assert sentence in response.text
    assert "set-cookie" not in response.headers
    assert f'value="{token}"' not in response.text.replace('name="next" value=""', "")


async def test_signing_out_takes_the_cookie_away(browser: httpx.AsyncClient) -> None:
    await browser.post("/demo/sign-in", data={"token": TOKEN})
    assert (await browser.post("/demo/sign-out")).headers["location"] == "/demo/sign-in"
    assert (await browser.get("/demo/participants")).status_code == 303


@pytest.mark.parametrize(
    "address",
    [
        "https://elsewhere.example/",
        "//elsewhere.example",
        "/\\elsewhere.example",
        "/\t/elsewhere.example",
        "javascript:alert(1)",
        "",
        "demo",
        "/a\r\nSet-Cookie: x",
    ],
)
def test_a_sign_in_link_leads_nowhere_else(address: str) -> None:
    assert local_path(address, otherwise="/home") == "/home"


@given(st.text())
def test_wherever_a_sign_in_link_leads_it_stays_on_this_site(address: str) -> None:
    assert httpx.URL("http://limber.example").join(local_path(address, otherwise="/home")).host == "limber.example"


@given(st.text(alphabet=st.characters(max_codepoint=0x2FF)))
def test_a_token_that_a_cookie_would_change_is_not_taken(token: str) -> None:
    if is_sendable(token):
        assert not set(token) & set(' ",;\\')
        assert token.isascii()
        assert token.isprintable()
