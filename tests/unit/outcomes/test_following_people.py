"""The dead, the merged and the erased: who is asked, and who isn't."""

from dataclasses import replace
from datetime import timedelta
from itertools import count
from uuid import UUID

import pytest

from outcomes.domain.enrolment import Enrolment
from outcomes.domain.signposting import Directory
from outcomes.domain.standing import Standing
from outcomes.domain.time_points import Schedule
from outcomes.storage.time_points import read_time_points
from outcomes.use_cases.ask_questionnaires import PlaceTold, Plans, ask_questionnaires
from outcomes.use_cases.follow_people import StandingTold, follow_people
from outcomes.use_cases.keep_person import Person, keep_people
from outcomes.use_cases.know_enrolment import EnrolmentTold, know_enrolments
from support.outcomes_facts import NOW, enrolment, place
from support.outcomes_memory import MemoryAnnouncer, MemoryRecords

SHIPPED = read_time_points(None)
SCHEDULE = Schedule(usual=tuple(replace(point, remind_after=(), also=()) for point in SHIPPED.usual))


class World:
    """One person who is enrolled and has a place."""

    def __init__(self) -> None:
        self.records, self.announcer = MemoryRecords(), MemoryAnnouncer()
        self.now = NOW
        self.person = enrolment()
        self._numbers = count(1)

    def new_id(self) -> UUID:
        return UUID(int=next(self._numbers))

    def new_token(self) -> str:
        return f"{next(self._numbers):043}"

    async def enrol(self, person: Enrolment) -> None:
        await know_enrolments([EnrolmentTold(enrolment=person)], records=self.records, announcer=self.announcer)

    async def tell_place(self, **changes: object) -> None:
        await ask_questionnaires(
            [PlaceTold(place=place(self.person, **changes))],
            records=self.records,
            announcer=self.announcer,
            plans=Plans(schedule=SCHEDULE, directory=Directory()),
            now=self.now,
            new_id=self.new_id,
            new_token=self.new_token,
        )

    async def stand(self, *told: tuple[int, str]) -> None:
        standings = [Standing(participant_id=self.person.participant_id, sequence=one, status=status) for one, status in told]
        await follow_people(
            [StandingTold(standing=one) for one in standings],
            records=self.records,
            announcer=self.announcer,
            schedule=SCHEDULE,
            now=self.now,
            new_id=self.new_id,
            new_token=self.new_token,
        )

    @property
    def statuses(self) -> dict[str, str]:
        return {one.time_point: one.status for one in self.records.known_questionnaires.values()}


async def asked() -> World:
    world = World()
    await world.enrol(world.person)
    await world.tell_place()
    assert world.statuses["baseline"] == "due"
    return world


async def test_the_dead_are_asked_nothing_and_others_hear_so() -> None:
    world = await asked()
    await world.stand((2, "deceased"))
    assert set(world.statuses.values()) == {"cancelled"}
    assert [one.thing.status for one in world.announcer.announced] == ["due", "cancelled"]  # type: ignore[union-attr]  # both are


async def test_a_death_that_was_none_asks_again_what_can_still_be_answered() -> None:
    world = await asked()
    before = world.statuses
    await world.stand((2, "deceased"))
    await world.stand((3, "active"))
    assert world.statuses == before
    await world.stand((4, "deceased"))
    world.now += timedelta(days=30)
    await world.stand((5, "active"))
    assert world.statuses["baseline"] == "cancelled"
    assert world.statuses["end"] == "planned"


async def test_a_place_that_is_told_of_the_dead_asks_nothing() -> None:
    world = World()
    await world.stand((2, "deceased"))
    await world.enrol(world.person)
    await world.tell_place()
    assert world.statuses == {}


@pytest.mark.parametrize("told", [[(2, "merged")], [(2, "emigrated")], [(5, "active"), (4, "deceased")]])
async def test_a_merge_an_unknown_status_and_older_news_change_nothing(told: list[tuple[int, str]]) -> None:
    world = await asked()
    before = world.statuses
    await world.stand(*told)
    assert world.statuses == before


async def test_questionnaires_go_with_the_enrolment_to_another_person_and_the_due_are_told_again() -> None:
    world = await asked()
    survivor = UUID(int=77)
    await world.enrol(replace(world.person, sequence=2, participant_id=survivor))
    assert {one.participant_id for one in world.records.known_questionnaires.values()} == {survivor}
    assert [(one.thing.participant_id, one.thing.sequence) for one in world.announcer.announced] == [
        (world.person.participant_id, 1),
        (survivor, 2),
    ]


async def test_the_name_of_the_erased_is_gone_and_does_not_come_back() -> None:
    world = await asked()
    named = Person(participant_id=world.person.participant_id, sequence=1, display_name="Rosalind Example")
    await keep_people([named], records=world.records)
    await world.stand((2, "erased"))
    await keep_people([replace(named, sequence=9)], records=world.records)
    await world.stand((3, "active"))
    assert world.records.people == {}
    assert set(world.statuses.values()) == {"cancelled"}
