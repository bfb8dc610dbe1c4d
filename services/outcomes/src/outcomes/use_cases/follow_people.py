"""A person was told to have died, or that was wrong; or was erased: they are asked nothing, or again."""

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
from outcomes.domain.standing import ERASED, GONE, Standing
from outcomes.domain.time_points import Schedule
from outcomes.use_cases.announcing import Announcement, Announcer


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingTold:
    """Where a person stands now, and what told us."""

    standing: Standing
    because: object | None = None


class Records(Protocol):
    """Where people stand, their enrolments, places and questionnaires."""

    async def standings(self, participant_ids: Sequence[UUID]) -> Mapping[UUID, Standing]:
        """Where these people stand of whom something was told."""

    async def save_standings(self, standings: Sequence[Standing]) -> None:
        """Keep each, unless a newer sequence is kept already."""

    async def forget_people(self, participant_ids: Sequence[UUID]) -> None:
        """Delete the names of these people, and held copies of them."""

    async def enrolments_of(self, participant_ids: Sequence[UUID]) -> Sequence[UUID]:
        """The enrolments of these people."""

    async def locked_enrolments(self, enrolment_ids: Sequence[UUID]) -> Mapping[UUID, Enrolment]:
        """The enrolments that are known, locked until the transaction ends."""

    async def places_of(self, enrolment_ids: Sequence[UUID]) -> Sequence[Place]:
        """The places of these enrolments, the one that changed last at the end."""

    async def questionnaires(self, enrolment_ids: Sequence[UUID]) -> Sequence[Questionnaire]:
        """All questionnaires of these enrolments."""

    async def add_questionnaires(self, questionnaires: Sequence[Questionnaire]) -> None:
        """Keep new questionnaires."""

    async def save_questionnaires(self, questionnaires: Sequence[Questionnaire]) -> None:
        """Keep the changed state and dates of questionnaires."""


async def follow_people(
    told: Sequence[StandingTold],
    *,
    records: Records,
    announcer: Announcer,
    schedule: Schedule,
    now: datetime,
    new_id: Callable[[], UUID],
    new_token: Callable[[], str],
) -> None:
    """Cancel what the dead and the erased were to be asked; a death that was none asks again what can still be answered."""
    known = await records.standings([one.standing.participant_id for one in told])
    newest: dict[UUID, Standing] = {}
    for one in told:
        participant_id = one.standing.participant_id
        if (standing := one.standing.after(newest.get(participant_id) or known.get(participant_id))) is not None:
            newest[participant_id] = standing
    await records.save_standings(list(newest.values()))
    await records.forget_people([each for each, standing in newest.items() if standing.status == ERASED])
    because = {one.standing.participant_id: one.because for one in told}
    enrolments = await records.locked_enrolments(await records.enrolments_of(list(newest)))
    stored = {one.questionnaire_id: one for one in await records.questionnaires(list(enrolments))}
    mine: defaultdict[UUID, dict[str, Questionnaire]] = defaultdict(dict)
    for found in stored.values():
        mine[found.enrolment_id][found.time_point] = found
    places = {place.enrolment_id: place for place in await records.places_of(list(enrolments))}
    changed: list[Questionnaire] = []
    for enrolment in enrolments.values():
        place = places.get(enrolment.enrolment_id)
        if newest[enrolment.participant_id].status in GONE:
            changed += cancelled(mine[enrolment.enrolment_id].values())
        elif place is not None:
            questionnaires = mine[enrolment.enrolment_id]
            changed += asked_by(
                place,
                enrolment=enrolment,
                questionnaires=questionnaires,
                schedule=schedule,
                now=now,
                new_id=new_id,
                new_token=new_token,
            )
    await records.add_questionnaires([one for one in changed if one.questionnaire_id not in stored])
    await records.save_questionnaires([one for one in changed if one.questionnaire_id in stored])
    await announcer.announce(
        [
            Announcement(thing=one, because=because[one.participant_id])
            for one in changed
            if is_told(before=stored.get(one.questionnaire_id), after=one)
        ]
    )
