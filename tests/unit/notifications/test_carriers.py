"""A second provider takes over while the first is down, and gives way when it is back."""

from datetime import UTC, datetime, timedelta

from notifications.domain.breaker import Rule
from notifications.domain.message import Channel
from notifications.use_cases.carriers import Carriers
from notifications.use_cases.provider import Accepted, Refused, Unavailable, Unclear
from support.notifications_fakes import FakeProvider

RULE = Rule()
DOWN_FOR, FAILURES, LEFT_ALONE_FOR = RULE.down_for, RULE.failures, RULE.left_alone_for
START = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
FIRST, SECOND = FakeProvider("first"), FakeProvider("second")


def carriers() -> Carriers:
    return Carriers({Channel.SMS: [FIRST, SECOND], Channel.EMAIL: []})


def carrier(of: Carriers, at: datetime) -> str:
    return of.carrier(Channel.SMS, real_now=at).name


def down(of: Carriers) -> datetime:
    """Fails long and often enough; returns when it opened."""
    of.heard("first", [Unavailable()] * (FAILURES - 1), real_now=START)
    opened_at = START + DOWN_FOR
    of.heard("first", [Unclear()], real_now=opened_at)
    return opened_at


def test_a_channel_without_a_provider_is_none() -> None:
    assert set(carriers().channels) == {Channel.SMS}


def test_a_burst_of_failures_is_not_yet_down_and_neither_is_a_rare_one() -> None:
    burst, rare = carriers(), carriers()
    burst.heard("first", [Unavailable()] * 50, real_now=START)
    rare.heard("first", [Unavailable()], real_now=START)
    rare.heard("first", [Unavailable()], real_now=START + 2 * DOWN_FOR)
    assert carrier(burst, START) == carrier(rare, START + 2 * DOWN_FOR) == "first"


def test_the_second_carries_while_the_first_is_left_alone_and_then_the_first_is_asked_again() -> None:
    both = carriers()
    opened_at = down(both)
    assert carrier(both, opened_at) == "second"
    assert carrier(both, opened_at + LEFT_ALONE_FOR - timedelta(seconds=1)) == "second"
    assert carrier(both, opened_at + LEFT_ALONE_FOR) == "first"


def test_one_more_failure_leaves_it_alone_again_and_one_answer_is_enough_to_trust_it() -> None:
    for answer, name in ((Unavailable(), "second"), (Accepted(), "first"), (Refused(), "first")):
        both = carriers()
        asked_again_at = down(both) + LEFT_ALONE_FOR
        both.heard("first", [answer], real_now=asked_again_at)
        assert carrier(both, asked_again_at) == name


def test_where_all_are_down_the_first_is_asked() -> None:
    only = Carriers({Channel.SMS: [FIRST]})
    assert carrier(only, down(only)) == "first"


def test_failures_that_a_success_parts_are_not_in_a_row() -> None:
    both = carriers()
    both.heard("first", [Unavailable()] * FAILURES, real_now=START)
    both.heard("first", [Accepted(), Unavailable()], real_now=START + DOWN_FOR)
    assert carrier(both, START + DOWN_FOR) == "first"
    assert [(one.provider.name, one.left_alone) for one in both.standings(real_now=START)] == [
        ("first", False),
        ("second", False),
    ]
