"""What people wish, and what a STOP or START by text changes of it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from enrolment.domain.preferences import BY_TEXT, Preferences, Wishes, after_text

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
KEPT = Preferences(
    participant_id=UUID(int=1), sequence=3, wishes=Wishes(), source="own_page", changed_by="the person", changed_at=NOON
)
LATER, EARLIER = NOON + timedelta(minutes=1), NOON - timedelta(minutes=1)


def test_stop_ends_texts_and_nothing_else_and_start_allows_them_again() -> None:
    stopped = after_text(KEPT, allows=False, said_at=LATER)
    assert stopped == replace(KEPT.wishes, allows_sms=False)
    kept = KEPT.become(stopped, source=BY_TEXT, changed_by="the person", now=LATER)
    assert after_text(kept, allows=True, said_at=LATER + timedelta(minutes=1)) == KEPT.wishes


def test_a_stop_that_is_heard_late_is_not_lost() -> None:
    assert not after_text(KEPT, allows=False, said_at=EARLIER).allows_sms


def test_a_start_that_is_heard_late_changes_nothing() -> None:
    kept = replace(KEPT, wishes=replace(KEPT.wishes, allows_sms=False))
    assert after_text(kept, allows=True, said_at=EARLIER) == kept.wishes


@given(st.permutations(list(enumerate([False, True, False, True, False]))))
def test_whatever_order_texts_are_heard_in_the_last_one_counts(texts: list[tuple[int, bool]]) -> None:
    kept = replace(KEPT, changed_at=EARLIER)
    for minute, allows in texts:
        said_at = NOON + timedelta(minutes=minute)
        kept = kept.become(after_text(kept, allows=allows, said_at=said_at), source=BY_TEXT, changed_by="the person", now=said_at)
    assert not kept.wishes.allows_sms
