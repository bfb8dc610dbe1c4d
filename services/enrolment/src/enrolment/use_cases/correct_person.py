"""What is known of a person was wrong and is put right."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from enrolment.domain.audit import Actor, Entry
from enrolment.domain.corrections import CorrectionError, History, corrected, differences
from enrolment.domain.enrolments import Enrolment
from enrolment.domain.near_matches import near_match
from enrolment.domain.person import Participant, Person, outward_code
from enrolment.domain.reason import Reason
from enrolment.domain.standing import ERASED, MERGED, ImpossibleForPersonError
from enrolment.use_cases.known import Known
from enrolment.use_cases.outcome import StepTaken
from enrolment.use_cases.people_store import NoSuchPersonError, PeopleStore, person_of

LOCAL_TIME = ZoneInfo("Europe/London")
_TOLD_IN_CONTACTS = ("given_name", "phone", "email", "language")
_TOLD_IN_PEOPLE = ("given_name", "family_name", "emergency_contact_name", "emergency_contact_phone")


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """What is right. `values` has the fields of the person to change; `joints`, if given, those of every standing enrolment."""

    participant_id: UUID
    values: Mapping[str, str | date | None] = field(default_factory=dict)
    joints: Sequence[str] | None = None


class SomebodyElseError(ValueError):
    """Another person has this NHS number and birth date; `other_id` is who."""

    def __init__(self, other_id: UUID) -> None:
        super().__init__("Somebody else has this NHS number and birth date. If the two are one person, merge them.")
        self.other_id = other_id


async def correct_person(
    correction: Correction,
    *,
    actor: Actor,
    store: PeopleStore,
    now: datetime,
    new_id: Callable[[], UUID],
    joints: Sequence[str] = ("knee", "hip"),
    in_production: bool = False,
) -> StepTaken:
    """Put right what is given and keep how it was. `joints` are those that the programmes know.

    Raises NoSuchPersonError, ImpossibleForPersonError (merged or erased), CorrectionError, or SomebodyElseError. Others who are
    alike now wait for staff, as with a referral.
    """
    today = now.astimezone(LOCAL_TIME).date()
    first = await store.glance(correction.participant_id)
    if first is None:
        raise NoSuchPersonError
    if first.status in {MERGED, ERASED}:
        raise ImpossibleForPersonError(status=first.status, step="correct")
    person = corrected(first.person, values=correction.values, today=today, in_production=in_production)
    if correction.joints is not None and (not correction.joints or not set(correction.joints) <= set(joints)):
        raise CorrectionError(Reason("joints", f"Choose {' or '.join(joints)}.", "joints"))
    known = await store.load_people([correction.participant_id], keys=person.identity().match_keys())
    before = person_of(known, correction.participant_id)
    person = corrected(before.person, values=correction.values, today=today, in_production=in_production)
    changed = differences(before.person, person)
    enrolments = _corrected_enrolments(known, correction, before.person, person, now)
    if not changed and not enrolments:
        return StepTaken(at=now)
    after = before
    if changed:
        _require_nobody_else(known, before.id, person)
        after = replace(before, person=person, sequence=before.sequence + 1)
        known.put_participant(after)
        known.put_history(
            History(participant_id=before.id, sequence=after.sequence, at=now, by=actor, before=changed),
        )
        _find_alike(known, after, now, new_id)
    fields = [*changed, *(["joints"] if correction.joints is not None and enrolments else [])]
    known.put_audit(Entry(at=now, actor=actor, deed="corrected", participant_id=before.id, details={"fields": sorted(fields)}))
    await store.save(known.changes())
    met = known.is_enrolled(before.id) and not changed.keys().isdisjoint(_TOLD_IN_PEOPLE)
    return StepTaken(
        at=now,
        enrolments=tuple(enrolments),
        contacts=() if changed.keys().isdisjoint(_TOLD_IN_CONTACTS) else (after,),
        people=(after,) if met else (),
    )


def _corrected_enrolments(known: Known, correction: Correction, before: Person, person: Person, now: datetime) -> list[Enrolment]:
    moved = person.postcode != before.postcode
    found = []
    for enrolment in known.enrolments_of(correction.participant_id):
        if enrolment.status != "enrolled":
            continue
        after = enrolment.corrected(
            joints=enrolment.joints if correction.joints is None else tuple(correction.joints),
            outward_code=outward_code(person.postcode) if moved else enrolment.outward_code,
            now=now,
        )
        if after is not enrolment:
            known.put_enrolment(after)
            found.append(after)
    return found


def _require_nobody_else(known: Known, participant_id: UUID, person: Person) -> None:
    number = person.nhs_number
    for other_id, identity in known.resembling(person.identity()):
        if other_id != participant_id and number and (identity.nhs_number, identity.birth_date) == (number, person.birth_date):
            raise SomebodyElseError(other_id)


def _find_alike(known: Known, participant: Participant, now: datetime, new_id: Callable[[], UUID]) -> None:
    match = known.match(participant.person.identity(), leaving_out=participant.id)
    apart = {known.holder(each) for each in participant.kept_apart if each in known.participants}
    for other in {*match.near, *((match.same,) if match.same else ())} - apart:
        if known.near_match_of(participant.id, other) is None:
            known.put_near_match(near_match(participant.id, other, match_id=new_id(), now=now))
