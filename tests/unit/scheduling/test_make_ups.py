"""What somebody is owed, and what a session in another cohort counts for."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduling.domain.cohorts import CANCELLED, HELD, Cohort
from scheduling.domain.make_ups import COMING, Attended, MakeUp, counted, themes_owed
from scheduling.domain.registers import STATUSES
from support.scheduling_examples import NOW, PROGRAMME, a_cohort

CODES = [theme.code for theme in PROGRAMME.themes]


def with_themes(*statuses: str) -> Cohort:
    """A cohort of twelve whose first sessions have these statuses, each about one theme."""
    cohort = a_cohort()
    known = [*statuses, *["planned"] * (12 - len(statuses))]
    sessions = (
        replace(one, status=status, themes=(code,)) for one, status, code in zip(cohort.sessions, known, CODES, strict=True)
    )
    return replace(cohort, sessions=tuple(sessions))


def was(number: int, status: str, *, own: bool = True, makes_up: bool = False, theme: str | None = None) -> Attended:
    themes = (theme or CODES[number - 1],)
    return Attended(starts_at=NOW + timedelta(days=number), themes=themes, status=status, is_own=own, makes_up=makes_up)


def a_make_up(theme: str, *, status: str = COMING) -> MakeUp:
    return MakeUp(
        session_id=uuid4(),
        cohort_id=uuid4(),
        of_cohort_id=uuid4(),
        themes=(theme,),
        status=status,
        booked_by=uuid4(),
        booked_by_name="Sam Jones",
        booked_at=NOW,
        site_id="meadow",
        site_name="Meadow",
        starts_at=NOW,
        ends_at=NOW + timedelta(hours=1),
    )


def test_owed_is_what_was_missed_or_cancelled_and_not_what_is_still_to_come() -> None:
    cohort = with_themes(HELD, HELD, HELD, CANCELLED)
    attended = [was(1, "present"), was(2, "absent"), was(3, "excused")]
    assert themes_owed(PROGRAMME, cohort=cohort, attended=attended) == tuple(CODES[1:4])


def test_nothing_is_owed_any_more_that_was_heard_or_will_be_heard_elsewhere() -> None:
    cohort = with_themes(HELD, HELD, HELD)
    attended = [was(1, "absent"), was(2, "absent"), was(3, "absent"), was(5, "present", own=False, theme=CODES[0])]
    make_ups = [a_make_up(CODES[1]), a_make_up(CODES[2], status="cancelled")]
    assert themes_owed(PROGRAMME, cohort=cohort, attended=attended, make_ups=make_ups) == (CODES[2],)


@pytest.mark.parametrize(
    ("attended", "expected"),
    [
        ([was(1, "present"), was(2, "absent"), was(3, "present", own=False, makes_up=True)], (2, 0)),
        ([was(1, "present"), was(2, "present"), was(3, "present", own=False, makes_up=True)], (2, 0)),
        ([was(1, "absent"), was(2, "absent"), was(3, "absent", own=False, makes_up=True)], (0, 2)),
        ([was(1, "present", own=False), was(2, "absent")], (0, 1)),
    ],
)
def test_a_session_elsewhere_stands_in_for_one_that_was_missed(attended: list[Attended], expected: tuple[int, int]) -> None:
    sums = counted(PROGRAMME, attended)
    assert (sums.attended, sums.missed_in_a_row) == expected


def test_a_programme_may_say_that_it_does_not_count() -> None:
    attended = [was(1, "absent"), was(3, "present", own=False, makes_up=True)]
    assert counted(replace(PROGRAMME, make_up_counts=False), attended).attended == 0


@given(st.lists(st.tuples(st.sampled_from(STATUSES), st.booleans()), max_size=14))
def test_nobody_attended_or_missed_more_than_their_cohort_held(made: list[tuple[str, bool]]) -> None:
    attended = [was(number, status, own=own, makes_up=not own, theme=CODES[0]) for number, (status, own) in enumerate(made)]
    held = sum(own for _, own in made)
    sums = counted(PROGRAMME, attended)
    assert 0 <= sums.attended <= held
    assert 0 <= sums.missed_in_a_row <= held
