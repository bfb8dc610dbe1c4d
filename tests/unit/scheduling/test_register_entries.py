"""Entries of a register: sent again, replaced, agreed and contested."""

from datetime import timedelta
from uuid import UUID, uuid4

from hypothesis import given
from hypothesis import strategies as st

from scheduling.domain.register_contents import Content, Goals
from scheduling.domain.register_entries import (
    ACCEPTED,
    AGREED,
    ALREADY,
    CONTESTED,
    CURRENT,
    REPLACED,
    Made,
    RegisterEntry,
    RegisterLog,
    slot_of,
)
from scheduling.domain.registers import STATUSES, Mark
from support.scheduling_examples import NOW

SESSION, PLACE = uuid4(), uuid4()
HERE, AWAY = Mark(status="present"), Mark(status="absent")


def an_entry(content: Content = HERE, *, replaces: UUID | None = None, entry_id: UUID | None = None) -> RegisterEntry:
    entry_id = entry_id or uuid4()
    kind = "goals" if isinstance(content, Goals) else "attendance"
    return RegisterEntry(
        entry_id=entry_id,
        session_id=SESSION,
        place_id=PLACE,
        kind=kind,
        slot=slot_of(kind=kind, entry_id=entry_id, place_id=PLACE, record_id=None),
        content=content,
        replaces=replaces,
        made=Made(by=uuid4(), name="Sam Jones", at=NOW, received_at=NOW + timedelta(hours=1)),
        standing=CURRENT,
    )


def standings(log: RegisterLog) -> dict[UUID, str]:
    return {entry.entry_id: entry.standing for entry in log.added}


def test_an_entry_that_is_sent_again_is_there_once() -> None:
    log, entry = RegisterLog([]), an_entry()

    assert [log.take(entry), log.take(entry)] == [ACCEPTED, ALREADY]

    assert [one.entry_id for one in log.added] == [entry.entry_id]


def test_an_entry_replaces_what_its_maker_saw() -> None:
    log, first = RegisterLog([]), an_entry(HERE)
    log.take(first)
    second = an_entry(AWAY, replaces=first.entry_id)

    assert log.take(second) == ACCEPTED

    assert standings(log) == {first.entry_id: REPLACED, second.entry_id: CURRENT}


def test_two_tablets_that_say_the_same_agree() -> None:
    log, first, second = RegisterLog([]), an_entry(HERE), an_entry(HERE)
    log.take(first)

    assert log.take(second) == AGREED

    assert standings(log) == {first.entry_id: CURRENT, second.entry_id: REPLACED}


def test_two_tablets_that_say_different_things_are_both_kept_until_somebody_decides() -> None:
    log, first, second = RegisterLog([]), an_entry(HERE), an_entry(AWAY)
    log.take(first)

    assert log.take(second) == CONTESTED
    assert [one.entry_id for one in log.contested] == [second.entry_id]

    decision = an_entry(AWAY, replaces=first.entry_id)
    assert log.take(decision) == ACCEPTED
    assert standings(log) == {first.entry_id: REPLACED, second.entry_id: REPLACED, decision.entry_id: CURRENT}


def test_keeping_what_stands_is_a_decision_too() -> None:
    log, first, second = RegisterLog([]), an_entry(HERE), an_entry(AWAY)
    log.take(first)
    log.take(second)

    assert log.take(an_entry(HERE, replaces=first.entry_id)) == ACCEPTED

    assert log.contested == []


def test_a_tablet_that_goes_on_correcting_what_is_contested_contests_once() -> None:
    log, first, second = RegisterLog([]), an_entry(HERE), an_entry(AWAY)
    log.take(first)
    log.take(second)
    third = an_entry(Mark(status="excused", excuse="ill"), replaces=second.entry_id)

    assert log.take(third) == CONTESTED

    assert [one.entry_id for one in log.contested] == [third.entry_id]


def test_goals_and_attendance_of_one_person_do_not_contest_each_other() -> None:
    log = RegisterLog([])

    assert log.take(an_entry(HERE)) == ACCEPTED
    assert log.take(an_entry(Goals(goals="Walk to the shop", action_plan=""))) == ACCEPTED


TABLETS = st.lists(st.tuples(st.integers(0, 1), st.sampled_from(STATUSES)), min_size=1, max_size=12)


@given(TABLETS)
def test_whatever_two_tablets_send_and_send_again_nothing_is_lost_and_one_entry_stands(
    entered: list[tuple[int, str]],
) -> None:
    last: dict[int, UUID] = {}
    queue: dict[int, list[RegisterEntry]] = {0: [], 1: []}
    for tablet, status in entered:
        entry = an_entry(Mark(status=status), replaces=last.get(tablet))
        last[tablet] = entry.entry_id
        queue[tablet].append(entry)
    log = RegisterLog([])
    everything = [*queue[0], *queue[1]]

    for entry in everything:
        log.take(entry)
    once = standings(log)
    again = {log.take(entry) for entry in everything}

    assert again == {ALREADY}
    assert standings(log) == once
    assert once.keys() == {entry.entry_id for entry in everything}
    assert list(once.values()).count(CURRENT) == 1
    assert list(once.values()).count(CONTESTED) <= 1
