"""A new home is ready to be tried: the example referral ends in a place."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from limber_embedded.checkout import CHECKOUT
from limber_embedded.example_site import open_example_site
from support.embedded import Limber, limber_in, wait_for

EXAMPLE = CHECKOUT / "docs" / "examples" / "referral-knee-pain.json"


def ask(limber: Limber, path: str) -> Any:
    headers = {"Authorization": f"Bearer {limber.home.admin_token}", "Accept": "application/json"}
    answer = httpx.get(f"{limber.url}{path}", headers=headers, timeout=20)
    assert answer.is_success, answer.text
    return answer.json()


def cohorts(limber: Limber) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = ask(limber, "/scheduling/cohorts")["cohorts"]
    return found


def test_the_example_referral_ends_in_a_place_on_a_home_that_is_up_for_the_first_time(folder: Path) -> None:
    with limber_in(folder / "home") as limber:
        up = limber.up(empty=False)
        assert up.returncode == 0, up.stderr
        assert "An example site is open in Leeds" in up.stdout
        opened = cohorts(limber)
        starts = [datetime.fromisoformat(cohort["first_session_at"]) for cohort in opened]
        assert {cohort["site_id"] for cohort in opened} == {"leeds-example"}
        assert sorted(start.weekday() in (0, 3) for start in starts) == [False, True]
        assert min(starts) - datetime.now(UTC) > timedelta(days=9)

        sent = limber.run("refer", str(EXAMPLE))
        assert json.loads(sent.stdout)["status"] == "accepted", sent.stderr
        wait_for(lambda: sum(cohort["seats_taken"] for cohort in cohorts(limber)) == 1, what="a place")
        [first] = [cohort for cohort in cohorts(limber) if cohort["seats_taken"]]
        assert datetime.fromisoformat(first["first_session_at"]) == min(starts)
        # At night texts wait for the morning.
        assert limber.run("clock", "--to", f"{datetime.now(UTC) + timedelta(days=1):%Y-%m-%d} 10:00").returncode == 0
        wait_for(lambda: "You have a place" in str(ask(limber, "/notifications/mailbox")), what="the message about the place")

        assert "An example site is open" in open_example_site(limber.home)
        assert len(cohorts(limber)) == 2

        limber.down()
        assert "The example site could not be opened" in open_example_site(limber.home)
        again = limber.up(empty=False)
        assert (again.returncode, "example" in again.stdout) == (0, False)
        assert len(cohorts(limber)) == 2


def test_a_home_that_shall_be_empty_is(folder: Path) -> None:
    with limber_in(folder / "home") as limber:
        up = limber.up()
        assert (up.returncode, "example" in up.stdout) == (0, False)
        assert cohorts(limber) == []
