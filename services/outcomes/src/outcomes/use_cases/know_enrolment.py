"""A person was enrolled in a programme, or left it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from outcomes.domain.asking import cancelled
from outcomes.domain.enrolment import Enrolment
from outcomes.domain.questionnaire import Questionnaire, is_told
from outcomes.use_cases.announcing import Announcement, Announcer


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolmentTold:
    """An enrolment as it is now, and what told us."""

    enrolment: Enrolment
    because: object | None = None


class Records(Protocol):
    """Where enrolments and their questionnaires are kept."""

    async def save_enrolments(self, enrolments: Sequence[Enrolment]) -> None:
        """Keep each enrolment, unless a newer sequence is kept already."""

    async def take_over(self, enrolments: Sequence[Enrolment]) -> Sequence[Questionnaire]:
        """Give what belongs to these enrolments to the people who have them now; return the questionnaires that changed hands."""

    async def locked_enrolments(self, enrolment_ids: Sequence[UUID]) -> Mapping[UUID, Enrolment]:
        """The enrolments that are known, locked until the transaction ends."""

    async def questionnaires(self, enrolment_ids: Sequence[UUID]) -> Sequence[Questionnaire]:
        """All questionnaires of these enrolments."""

    async def save_questionnaires(self, questionnaires: Sequence[Questionnaire]) -> None:
        """Keep the changed state and dates of questionnaires."""


async def know_enrolments(told: Sequence[EnrolmentTold], *, records: Records, announcer: Announcer) -> None:
    """Keep the newest of each enrolment, with the person who has it now; who withdrew is asked nothing more."""
    await records.save_enrolments([one.enrolment for one in told])
    causes = {one.enrolment.enrolment_id: one.because for one in told}
    # A merge gives an enrolment, and what belongs to it, to another person.
    moved = await records.take_over([one.enrolment for one in told if one.enrolment.sequence > 1])
    await announcer.announce([Announcement(thing=one, because=causes[one.enrolment_id]) for one in moved if one.status == "due"])
    because = {one.enrolment.enrolment_id: one.because for one in told if one.enrolment.is_withdrawn}
    if not because:
        return
    known = await records.locked_enrolments(list(because))
    withdrawn = [enrolment_id for enrolment_id, enrolment in known.items() if enrolment.is_withdrawn]
    stored = {one.questionnaire_id: one for one in await records.questionnaires(withdrawn)}
    changed = cancelled(stored.values())
    await records.save_questionnaires(changed)
    await announcer.announce(
        [
            Announcement(thing=one, because=because[one.enrolment_id])
            for one in changed
            if is_told(before=stored[one.questionnaire_id], after=one)
        ]
    )
