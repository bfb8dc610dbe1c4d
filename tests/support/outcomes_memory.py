"""Outcomes' records in memory, for rules that need no database; the same contract tests hold it and the real ones."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

from outcomes.domain.assessment import Assessment
from outcomes.domain.concerns import Concern
from outcomes.domain.enrolment import Enrolment
from outcomes.domain.place import Place
from outcomes.domain.questionnaire import Questionnaire
from outcomes.domain.signposting import LocalService, Signposting
from outcomes.domain.standing import Standing
from outcomes.use_cases.announcing import Announcement
from outcomes.use_cases.keep_person import Person
from outcomes.use_cases.note_first_contact import MessageTold
from outcomes.use_cases.save_draft import Draft


class MemoryRecords:
    """One transaction that never ends; nothing is locked because nobody else is there."""

    def __init__(self) -> None:
        self.people: dict[UUID, Person] = {}
        self.known_standings: dict[UUID, Standing] = {}
        self.enrolments: dict[UUID, Enrolment] = {}
        self.known_places: dict[UUID, Place] = {}
        self.known_questionnaires: dict[UUID, Questionnaire] = {}
        self.assessments: list[Assessment] = []
        self.signposting: dict[UUID, Signposting] = {}
        self.concerns: dict[UUID, Concern] = {}
        self.drafts: dict[UUID, Draft] = {}
        self.first_contacts: dict[UUID, datetime] = {}
        self.local: list[LocalService] = []
        self.interests: dict[UUID, Sequence[str]] = {}

    async def save_people(self, people: Sequence[Person]) -> None:
        for person in people:
            known = self.people.get(person.participant_id)
            if known is None or person.sequence > known.sequence:
                self.people[person.participant_id] = person

    async def standings(self, participant_ids: Sequence[UUID]) -> Mapping[UUID, Standing]:
        return {one: self.known_standings[one] for one in participant_ids if one in self.known_standings}

    async def save_standings(self, told: Sequence[Standing]) -> None:
        self.known_standings.update({one.participant_id: one for one in told})

    async def forget_people(self, participant_ids: Sequence[UUID]) -> None:
        for one in participant_ids:
            self.people.pop(one, None)

    async def enrolments_of(self, participant_ids: Sequence[UUID]) -> Sequence[UUID]:
        return [one.enrolment_id for one in self.enrolments.values() if one.participant_id in set(participant_ids)]

    async def take_over(self, enrolments: Sequence[Enrolment]) -> Sequence[Questionnaire]:
        owners = {one.enrolment_id: self.enrolments[one.enrolment_id].participant_id for one in enrolments}
        moved = [
            replace(one, participant_id=owners[one.enrolment_id], sequence=one.sequence + 1)
            for one in self.known_questionnaires.values()
            if one.enrolment_id in owners and one.participant_id != owners[one.enrolment_id]
        ]
        self.known_questionnaires.update({one.questionnaire_id: one for one in moved})
        return moved

    async def save_enrolments(self, enrolments: Sequence[Enrolment]) -> None:
        for enrolment in enrolments:
            known = self.enrolments.get(enrolment.enrolment_id)
            if known is None or enrolment.sequence > known.sequence:
                self.enrolments[enrolment.enrolment_id] = enrolment

    async def locked_enrolments(self, enrolment_ids: Sequence[UUID]) -> Mapping[UUID, Enrolment]:
        return {one: self.enrolments[one] for one in enrolment_ids if one in self.enrolments}

    async def places(self, place_ids: Sequence[UUID]) -> Mapping[UUID, Place]:
        return {one: self.known_places[one] for one in place_ids if one in self.known_places}

    async def places_of(self, enrolment_ids: Sequence[UUID]) -> Sequence[Place]:
        mine = [place for place in self.known_places.values() if place.enrolment_id in set(enrolment_ids)]
        return sorted(mine, key=lambda place: place.changed_at)

    async def save_places(self, places: Sequence[Place]) -> None:
        for place in places:
            known = self.known_places.get(place.place_id)
            if known is None or place.sequence > known.sequence:
                self.known_places[place.place_id] = place

    async def questionnaires(self, enrolment_ids: Sequence[UUID]) -> Sequence[Questionnaire]:
        return [one for one in self.known_questionnaires.values() if one.enrolment_id in set(enrolment_ids)]

    async def planned_until(self, now: datetime, *, most: int) -> Sequence[Questionnaire]:
        due = [one for one in self.known_questionnaires.values() if one.status == "planned" and one.due_at <= now < one.closes_at]
        return sorted(due, key=lambda one: one.due_at)[:most]

    async def past_closing(self, now: datetime, *, most: int) -> Sequence[Questionnaire]:
        closed = [one for one in self.known_questionnaires.values() if one.status in {"planned", "due"} and one.closes_at <= now]
        return sorted(closed, key=lambda one: one.closes_at)[:most]

    async def to_remind(self, now: datetime, *, most: int) -> Sequence[Questionnaire]:
        known = [one for one in self.known_questionnaires.values() if one.next_reminder_at is not None and one.closes_at > now]
        return [one for one in known if one.next_reminder_at is not None and one.next_reminder_at <= now][:most]

    async def add_questionnaires(self, questionnaires: Sequence[Questionnaire]) -> None:
        for one in questionnaires:
            taken = {(known.enrolment_id, known.time_point) for known in self.known_questionnaires.values()}
            assert (one.enrolment_id, one.time_point) not in taken
            self.known_questionnaires[one.questionnaire_id] = one

    async def save_questionnaires(self, questionnaires: Sequence[Questionnaire]) -> None:
        for one in questionnaires:
            if one.questionnaire_id in self.known_questionnaires:
                self.known_questionnaires[one.questionnaire_id] = one

    async def newest_assessments(self, enrolment_id: UUID) -> Mapping[str, Assessment]:
        mine = sorted((one for one in self.assessments if one.enrolment_id == enrolment_id), key=lambda one: one.sequence)
        return {one.time_point: one for one in mine}

    async def add_assessments(self, assessments: Sequence[Assessment]) -> None:
        self.assessments.extend(assessments)

    async def locked_questionnaire(self, questionnaire_id: UUID) -> Questionnaire | None:
        return self.known_questionnaires.get(questionnaire_id)

    async def add_to_draft(self, questionnaire_id: UUID, draft: Draft, *, now: datetime) -> None:
        known = self.drafts.get(questionnaire_id, Draft())
        comment = known.comment if draft.comment is None else draft.comment
        interests = known.interests if draft.interests is None else draft.interests
        self.drafts[questionnaire_id] = Draft(answers={**known.answers, **draft.answers}, comment=comment, interests=interests)

    async def forget_draft(self, questionnaire_id: UUID) -> None:
        self.drafts.pop(questionnaire_id, None)

    async def add_new_concerns(self, raised: Sequence[Concern]) -> Sequence[UUID]:
        known = {(one.questionnaire_id, one.kind, one.about) for one in self.concerns.values()}
        new: list[UUID] = []
        for one in raised:
            if (one.questionnaire_id, one.kind, one.about) not in known:
                self.concerns[one.concern_id] = one
                new.append(one.concern_id)
        return new

    async def locked_concern(self, concern_id: UUID) -> Concern | None:
        return self.concerns.get(concern_id)

    async def save_concern(self, concern: Concern) -> None:
        self.concerns[concern.concern_id] = concern

    async def add_first_contacts(self, contacts: Sequence[MessageTold]) -> None:
        for one in contacts:
            self.first_contacts.setdefault(one.participant_id, one.at)

    async def local_services(self, outward_codes: Collection[str], *, today: date) -> Sequence[LocalService]:
        here = set(outward_codes)
        return [one for one in self.local if one.expires_on > today and (not one.outward_codes or here & set(one.outward_codes))]

    async def add_interests(self, enrolment_id: UUID, interests: Sequence[str], *, by: str, now: datetime) -> None:
        self.interests[enrolment_id] = tuple(interests)

    async def interests_of(self, enrolment_ids: Sequence[UUID]) -> Mapping[UUID, Sequence[str]]:
        return {one: self.interests[one] for one in enrolment_ids if one in self.interests}

    async def add_new_signposting(self, signposting: Sequence[Signposting]) -> Sequence[UUID]:
        new: list[UUID] = []
        for one in signposting:
            if one.enrolment_id not in self.signposting:
                self.signposting[one.enrolment_id] = one
                new.append(one.signposting_id)
        return new


class MemoryAnnouncer:
    """Remembers what was announced."""

    def __init__(self) -> None:
        self.announced: list[Announcement] = []

    async def announce(self, announcements: Sequence[Announcement]) -> None:
        self.announced.extend(announcements)
