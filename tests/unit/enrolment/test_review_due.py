"""By when somebody has to look at a referral."""

from datetime import UTC, datetime

import pytest

from enrolment.domain.review_due import review_due
from enrolment.storage.bank_holidays import load_bank_holidays

HOLIDAYS = load_bank_holidays()


@pytest.mark.parametrize(
    ("received", "red_flag", "due"),
    [
        ("2026-11-23T09:00", True, "2026-11-24T17:00"),
        ("2026-11-23T23:30", True, "2026-11-24T17:00"),
        ("2026-11-27T09:00", True, "2026-11-30T17:00"),
        ("2026-11-28T09:00", True, "2026-11-30T17:00"),
        ("2026-12-24T09:00", True, "2026-12-29T17:00"),  # Friday 25 and Monday 28 December are bank holidays
        ("2026-11-23T09:00", False, "2026-11-25T17:00"),
        ("2026-12-24T09:00", False, "2026-12-30T17:00"),
        ("2026-06-12T23:30", True, "2026-06-15T16:00"),  # Saturday already where the programme runs; 5pm is 16:00 UTC
    ],
)
def test_a_red_flag_is_due_on_the_next_working_day_and_the_rest_a_day_later(received: str, red_flag: bool, due: str) -> None:  # noqa: FBT001 - a case
    at = datetime.fromisoformat(received).replace(tzinfo=UTC)
    assert review_due(received_at=at, red_flag=red_flag, bank_holidays=HOLIDAYS) == datetime.fromisoformat(due).replace(
        tzinfo=UTC
    )
