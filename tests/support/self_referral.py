"""Filling in the form about oneself as a browser without JavaScript does."""

import re
from collections.abc import Mapping
from typing import Any

import httpx

START = "/enrolment/self-referral"
SOMEBODY: dict[str, dict[str, Any]] = {
    "name": {"given_name": "Rhian", "family_name": "Selfmade"},
    "birth-date": {"birth_date[day]": "1", "birth_date[month]": "5", "birth_date[year]": "1955"},
    "postcode": {"postcode": "LS1 4AP"},
    "nhs-number": {"nhs_number": ""},
    "reach": {"reach_by": "sms"},
    "mobile": {"phone": "07700 900155"},
    "email": {"email": "rhian@example.org"},
    "language": {"language": "en"},
    "joints": {"joints": ["knee"]},
    "pain": {"pain_months": "12"},
    "red-flags": {"red_flags": ["none"]},
    "advice": {},
    "moving": {"independently_mobile": "yes"},
    "guidance": {"needs_supervised_exercise": "yes"},
    "attending": {"can_attend": "yes"},
    "support": {"close_attention": "no"},
    "access": {"access_needs": ["step_free"]},
    "times": {"days": ["mon", "thu"], "parts_of_day": ["am"]},
    "emergency": {"emergency_name": "Huw Selfmade", "emergency_phone": "01632 960001"},
    "gp": {"shares_with_gp": "yes"},
    "marketing": {"allows_marketing": "no"},
    "poster": {"poster_code": ""},
    "employer": {"may_tell_sender": "yes"},
}


async def fill_in(client: httpx.AsyncClient, path: str, answers: Mapping[str, Mapping[str, Any]] | None = None) -> str:
    """Answer one page after the other from `path` until no question is left; return the path of what comes then."""
    told = SOMEBODY | dict(answers or {})
    for _ in range(40):
        slug = path.removeprefix(f"{START}/")
        if slug not in told:
            return path
        page = await client.get(path)
        assert page.status_code == 200, (path, page.text)
        answer = await client.post(path, data=dict(told[slug]))
        assert answer.status_code == 303, (path, told[slug], answer.status_code, errors_in(answer.text))
        path = answer.headers["location"]
    raise AssertionError("the form has no end")


def errors_in(page: str) -> list[str]:
    """The sentences of the error summary."""
    return re.findall(r'<a href="#[^"]*">([^<]*)</a>', page)


async def begin(client: httpx.AsyncClient) -> str:
    """Press start; return the path of the first question."""
    answer = await client.post(START, data={})
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


async def send_for_code(client: httpx.AsyncClient, answers: Mapping[str, Mapping[str, Any]] | None = None) -> None:
    """Fill in the whole form and agree, so that a code is on its way."""
    assert await fill_in(client, await begin(client), answers) == f"{START}/check"
    answer = await client.post(f"{START}/check")
    assert answer.headers["location"] == f"{START}/confirm", answer.text
