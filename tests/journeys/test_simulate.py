"""`./limber simulate`: the same seed gives the same funnel, on the same home too, and the audit is clean."""

import json
from typing import Any

from limber_embedded.checkout import CHECKOUT
from support.embedded import Limber, limber_in
from support.servers import short_folder

EXAMPLE = CHECKOUT / "docs" / "examples" / "referral-knee-pain.json"


def simulate(limber: Limber, *options: str) -> dict[str, Any]:
    done = limber.run("simulate", "--referrals", "30", "--json", *options, seconds=400)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_the_same_seed_gives_the_same_funnel_and_nothing_is_lost_or_doubled() -> None:
    with short_folder() as folder, limber_in(folder / "home") as limber:
        # With the example site and somebody who has a place there and hears things meanwhile: they don't count.
        assert limber.run("up", "--detach", "--port", str(limber.port)).returncode == 0
        assert limber.run("refer", str(EXAMPLE)).returncode == 0
        first = simulate(limber, "--seed", "1")
        again = simulate(limber, "--seed", "1")
    assert first["audit"] == {"clean": True, "problems": []}
    assert again["audit"] == {"clean": True, "problems": []}
    assert again["funnel"] == first["funnel"]
    assert again["messages"] == first["messages"]
    funnel = first["funnel"]
    assert funnel["referred"] == 30
    assert funnel["enrolled"] == funnel["placed"] + funnel["waiting"] > 0
    assert funnel["placed"] >= funnel["started"] >= funnel["completed"] >= 1
    assert funnel["assessed"] >= 1
    # A reminder for each of twelve sessions to each person with a place who can be reached.
    assert 0 < first["messages"]["session_reminder"] <= 12 * funnel["placed"]
    assert first["messages"]["session_reminder"] % 12 == 0
