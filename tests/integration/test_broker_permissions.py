"""Each user of the broker tries every subject that is another's, and every inbox that is another's, and is refused."""

import asyncio
import contextlib
import re
from collections.abc import Iterable

import pytest
from nats.aio.client import Client

from limber_embedded import nats_users
from limber_embedded.checkout import SERVICES
from limber_embedded.nats_users import NatsUser
from support.servers import Broker

ORGANISATIONS = {"gp": ("A81001", "B82002"), "workplace": ("ACME", "OTHER"), "leisure": ("POOL",)}
EVERYBODY = (
    nats_users.SYSTEM,
    *SERVICES,
    *(
        nats_users.organisation_user(channel=channel, organisation=code)
        for channel, codes in ORGANISATIONS.items()
        for code in codes
    ),
)
_REFUSED = re.compile(r'permissions violation for (?:publish to|subscription to) "([^"]+)"')
# The least that shows that nothing was forgotten: a handful of subjects would be refused by accident.
_AT_LEAST = 20


def covers(pattern: str, subject: str) -> bool:
    """Whether a NATS pattern with `*` and `>` takes in a subject."""
    mine, theirs = pattern.split("."), subject.split(".")
    for index, token in enumerate(mine):
        if token == ">":
            return len(theirs) > index
        if index >= len(theirs) or token not in {"*", theirs[index]}:
            return False
    return len(mine) == len(theirs)


def examples(patterns: Iterable[str]) -> set[str]:
    """A subject for each pattern."""
    return {pattern.replace(">", "any.thing").replace("*", "any") for pattern in patterns}


async def refused(client: Client, publish: Iterable[str], subscribe: Iterable[str]) -> set[str]:
    """Which of these subjects the broker refuses to that client. What it allows stays unanswered."""
    asked = {subject.lower(): subject for subject in (*publish, *subscribe)}  # the client reports errors in lower case
    said: set[str] = set()
    all_said = asyncio.Event()

    async def note(error: Exception) -> None:
        if found := _REFUSED.search(str(error)):
            said.add(asked[found[1]])
            if len(said) == len(asked):
                all_said.set()

    client._error_cb = note
    for subject in publish:
        await client.publish(subject, b"{}")
    for subject in subscribe:
        await client.subscribe(subject)
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(all_said.wait(), timeout=10)
    return said


async def with_everybody(broker: Broker) -> dict[str, NatsUser]:
    for channel, codes in ORGANISATIONS.items():
        for code in codes:
            await broker.add_organisation(code, channel=channel)
    return {user.name: user for user in broker.server.users}


@pytest.mark.parametrize("name", EVERYBODY)
async def test_a_user_publishes_nothing_that_is_anothers(nats_server: Broker, name: str) -> None:
    users = await with_everybody(nats_server)
    theirs = examples(
        pattern for other in users.values() if other.name not in {name, nats_users.ADMIN} for pattern in other.publish
    )
    foreign = {subject for subject in theirs if not any(covers(pattern, subject) for pattern in users[name].publish)}
    assert len(foreign) >= _AT_LEAST
    assert await refused(await nats_server.connect(name), foreign, ()) == foreign


@pytest.mark.parametrize("name", EVERYBODY)
async def test_a_user_listens_to_nothing_that_is_anothers(nats_server: Broker, name: str) -> None:
    users = await with_everybody(nats_server)
    inboxes = {f"{nats_users.inbox_prefix(other)}.>" for other in users if other != name}
    foreign = inboxes | {">", "_INBOX.>", "$SYS.>", "$JS.>", "intake.>", "receipts.>", "contacts.>", "people.>"}
    foreign |= {f"{service}.>" for service in SERVICES}
    assert await refused(await nats_server.connect(name), (), foreign) == foreign


def test_what_is_ones_own_is_not_refused_by_the_yardstick() -> None:
    assert covers("scheduling.>", "scheduling.place.changed.v1.07")
    assert covers("$SYS.REQ.SERVER.*.RELOAD", "$SYS.REQ.SERVER.any.RELOAD")
    assert not covers("scheduling.>", "scheduling")
    assert not covers("intake.gp.A81001.referral.v1", "intake.gp.B82002.referral.v1")
