"""A thousand referrals flow while each process is killed in turn."""

import asyncio
import time
from collections import Counter
from functools import partial

import pytest

from limber_embedded.checkout import SERVICES
from support.whole_system import Practice, System, eventually

REFERRALS = 1000
IN_TURN = (*SERVICES, "nats-server", "PostgreSQL", "caddy")
AT_ONCE = 20


async def test_a_thousand_referrals_have_every_effect_once_while_each_process_is_killed_in_turn(
    system: System, capsys: pytest.CaptureFixture[str]
) -> None:
    began = time.monotonic()
    practices = [await system.practice(code) for code in ("A81001", "B82002", "C83003", "D84004")]
    await system.open_cohorts(10)
    sent: dict[Practice, list[str]] = {practice: [] for practice in practices}
    sending = asyncio.gather(*(_send(practice, sent[practice], REFERRALS // len(practices)) for practice in practices))
    back = {}
    for number, name in enumerate(IN_TURN, start=1):
        # Each dies when its share of the referrals is on its way.
        share = REFERRALS * number // (len(IN_TURN) + 1)
        await eventually(partial(_at_least, sent, share), what=f"{share} referrals on their way")
        before = system.home.pids
        await system.kill(name)
        back[name] = await system.is_back(name, since=before)
    await sending
    flowing = time.monotonic() - began
    receipts = await system.adds_up(sent)
    assert len(receipts) == REFERRALS

    audits = {service: (await system.http.get(f"/{service}/audit")).json()["funnel"] for service in SERVICES}
    assert audits["enrolment"]["accepted"] == audits["enrolment"]["enrolled"] == REFERRALS
    kinds = Counter(kind for _, kind, _ in await system.mailbox())
    places = await system.query("scheduling", "SELECT status, count(*) FROM places GROUP BY status ORDER BY status")
    killed = ", ".join(f"{name} (back after {seconds:.1f} s)" for name, seconds in back.items())
    seated = ", ".join(f"{count} {status}" for status, count in places)
    messages = ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items()))
    resting = time.monotonic() - began
    with capsys.disabled():
        print(  # noqa: T201 - the summary line of the run
            f"\n{REFERRALS} referrals sent in {flowing:.0f} s, all at rest after {resting:.0f} s; killed meanwhile: {killed};"
            f" places: {seated}; messages: {messages}; audit clean"
        )


async def _at_least(sent: dict[Practice, list[str]], number: int) -> bool:
    return sum(map(len, sent.values())) >= number


async def _send(practice: Practice, sent: list[str], number: int) -> None:
    """Sends a few at a time, at a pace that leaves every process something to be killed in."""
    while len(sent) < number:
        sent += await practice.send_many(min(AT_ONCE, number - len(sent)))
        await asyncio.sleep(0.5)
