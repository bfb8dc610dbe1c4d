"""A person's place changed: questionnaires are asked, replanned or cancelled."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from outcomes.domain.asking import asked_by, cancelled
from outcomes.domain.enrolment import Enrolment
from outcomes.domain.place import Place
from outcomes.domain.questionnaire import Questionnaire, is_told
from outcomes.domain.signposting import Directory
from outcomes.domain.standing import GONE, Standing
from outcomes.domain.time_points import Schedule
from outcomes.use_cases.announcing import Announcement, Announcer
from outcomes.use_cases.issue_signposting import Ended, SignpostingRecords, issue_signposting
from service_kit.results import Done, NotYet, Result


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceTold:
    """A place as it is now, and what told us."""

    place: Place
    because: object | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plans:
    """What a deployment brings: when its programmes ask, and what people are pointed to."""

    schedule: Schedule
    directory: Directory


class Records(SignpostingRecords, Protocol):
    """Where enrolments, places, questionnaires and signposting are kept."""

    async def locked_enrolments(self, enrolment_ids: Sequence[UUID]) -> Mapping[UUID, Enrolment]:
        """The enrolments that are known, locked until the transaction ends."""

    async def standings(self, participant_ids: Sequence[UUID]) -> Mapping[UUID, Standing]:
        """Where these people stand of whom something was told."""

    async def places(self, place_ids: Sequence[UUID]) -> Mapping[UUID, Place]:
        """The places that are known."""

    async def questionnaires(self, enrolment_ids: Sequence[UUID]) -> Sequence[Questionnaire]:
        """All questionnaires of these enrolments."""

    async def save_places(self, places: Sequence[Place]) -> None:
        """Keep each place."""

    async def add_questionnaires(self, questionnaires: Sequence[Questionnaire]) -> None:
        """Keep new questionnaires."""

    async def save_questionnaires(self, questionnaires: Sequence[Questionnaire]) -> None:
        """Keep the changed state and dates of questionnaires."""


async def ask_questionnaires(
    told: Sequence[PlaceTold],
    *,
    records: Records,
    announcer: Announcer,
    plans: Plans,
    now: datetime,
    new_id: Callable[[], UUID],
    new_token: Callable[[], str],
) -> list[Result]:
    """Follow each place that is newer than what is known; NotYet("unknown_enrolment") where its enrolment isn't known."""
    enrolment_ids = sorted({one.place.enrolment_id for one in told})
    enrolments = await records.locked_enrolments(enrolment_ids)
    places = dict(await records.places(sorted({one.place.place_id for one in told})))
    stored = {one.questionnaire_id: one for one in await records.questionnaires(enrolment_ids)}
    standings = await records.standings(sorted({one.participant_id for one in enrolments.values()}))
    gone = {each for each, standing in standings.items() if standing.status in GONE}
    current: defaultdict[UUID, dict[str, Questionnaire]] = defaultdict(dict)
    for found in stored.values():
        current[found.enrolment_id][found.time_point] = found
    changed: dict[UUID, Announcement] = {}
    newer: dict[UUID, Place] = {}
    ended: dict[UUID, Ended] = {}
    results: list[Result] = []
    for one in told:
        place, enrolment = one.place, enrolments.get(one.place.enrolment_id)
        if enrolment is None:
            results.append(NotYet("unknown_enrolment"))
            continue
        results.append(Done())
        known = places.get(place.place_id)
        if known is not None and known.sequence >= place.sequence:
            continue
        places[place.place_id] = newer[place.place_id] = place
        mine = current[place.enrolment_id]
        if enrolment.participant_id in gone:
            asked = cancelled(mine.values())
        else:
            asked = asked_by(
                place,
                enrolment=enrolment,
                questionnaires=mine,
                schedule=plans.schedule,
                now=now,
                new_id=new_id,
                new_token=new_token,
            )
        for after in asked:
            mine[after.time_point] = after
            changed[after.questionnaire_id] = Announcement(thing=after, because=one.because)
        if enrolment.participant_id not in gone and place.went_to_the_end and "end" in mine and mine["end"].status == "missed":
            ended[enrolment.enrolment_id] = Ended(enrolment=enrolment, because=one.because)
    after_all = [mine[point] for mine in current.values() for point in mine if mine[point].questionnaire_id in changed]
    await records.save_places(list(newer.values()))
    await records.add_questionnaires([one for one in after_all if one.questionnaire_id not in stored])
    await records.save_questionnaires([one for one in after_all if one.questionnaire_id in stored])
    issued = await issue_signposting(list(ended.values()), records=records, directory=plans.directory, now=now, new_id=new_id)
    told_to_others = [
        changed[one.questionnaire_id] for one in after_all if is_told(before=stored.get(one.questionnaire_id), after=one)
    ]
    await announcer.announce([*told_to_others, *issued])
    return results
