"""Staff find that two records are of one person, or that they are not, or that a merge was wrong."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from enrolment.domain.audit import Actor, Entry
from enrolment.domain.enrolments import Enrolment
from enrolment.domain.merges import Merge, MergedOnError, SamePersonError, joined, parted
from enrolment.domain.near_matches import NearMatch, near_match
from enrolment.domain.person import Participant
from enrolment.domain.preferences import BY_STAFF
from enrolment.domain.standing import ACTIVE, ImpossibleForPersonError, after
from enrolment.use_cases.change_preferences import Changed, change_preferences, kept_preferences
from enrolment.use_cases.known import Known
from enrolment.use_cases.outcome import StepTaken
from enrolment.use_cases.people_store import PeopleStore, person_of


async def merge_people(
    survivor_id: UUID, merged_id: UUID, *, actor: Actor, store: PeopleStore, now: datetime, new_id: Callable[[], UUID]
) -> StepTaken:
    """Give everything of one person to another, and keep what it was, so that it can be undone.

    Raises NoSuchPersonError, MergeError, DecidedError or ImpossibleForPersonError. Where both are enrolled in one programme both
    enrolments stay: staff decide which goes on.
    """
    known = await store.load_people([survivor_id, merged_id])
    survivor, merged = person_of(known, survivor_id), person_of(known, merged_id)
    person = joined(survivor, merged)
    if survivor.status != ACTIVE:
        raise ImpossibleForPersonError(status=survivor.status, step="merge")
    gone = after(merged, step="merge", now=now, merged_into=survivor_id)
    stays = replace(survivor, person=person, sequence=survivor.sequence + 1)
    referrals = known.referrals_of([merged_id])
    moved = tuple(_given_to(survivor_id, known.enrolments_of(merged_id), known=known, now=now))
    for referral in referrals:
        known.put_referral(replace(referral, participant_id=survivor_id))
    known.put_participant(gone)
    known.put_participant(stays)
    known.put_merge(
        Merge(
            id=new_id(),
            survivor_id=survivor_id,
            merged_id=merged_id,
            merged_at=now,
            merged_by=actor.name,
            referral_ids=tuple(each.id for each in referrals),
            enrolment_ids=tuple(each.id for each in moved),
            survivor_before=survivor.person,
        )
    )
    pair = _pair(known, survivor_id, merged_id, now, new_id)
    known.put_near_match(pair.after("merge", now=now, by=actor.name))
    _audit(known, actor, now, "merged", {survivor_id: {"with": str(merged_id)}, merged_id: {"into": str(survivor_id)}})
    await store.save(known.changes())
    narrowed = await _no_stays_no(survivor, gone, actor=actor, store=store, now=now)
    met = (stays,) if known.is_enrolled(survivor_id) else ()
    return StepTaken(
        at=now,
        standings=(gone,),
        enrolments=moved,
        contacts=(stays, gone),
        people=(*met, gone),
        preferences=(narrowed.preferences,) if narrowed else (),
    )


async def unmerge_people(
    merged_id: UUID, *, actor: Actor, store: PeopleStore, now: datetime, new_id: Callable[[], UUID]
) -> StepTaken:
    """Take a merge back: each has again what they had, as far as it is still there. What came since stays with the survivor.

    Raises NoSuchPersonError, ImpossibleForPersonError for somebody who isn't merged, or MergedOnError.
    """
    known = await store.load_people([merged_id])
    merged = person_of(known, merged_id)
    back = after(merged, step="unmerge", now=now)
    merge = next(each for each in known.merges.values() if each.merged_id == merged_id and each.undone_at is None)
    survivor = known.participants[merge.survivor_id]
    if survivor.status != ACTIVE:
        raise MergedOnError
    stays = replace(
        survivor,
        person=parted(survivor.person, merge, merged),
        sequence=survivor.sequence + 1,
        kept_apart=(*survivor.kept_apart, merged_id),
    )
    back = replace(back, kept_apart=(*back.kept_apart, survivor.id))
    for referral_id in merge.referral_ids:
        known.put_referral(replace(known.referrals[referral_id], participant_id=merged_id))
    moved = _given_to(merged_id, [known.enrolments[each] for each in merge.enrolment_ids], known=known, now=now)
    moved += undoubled(known, survivor.id, now=now)
    known.put_participant(back)
    known.put_participant(stays)
    known.put_merge(replace(merge, undone_at=now, undone_by=actor.name))
    pair = _pair(known, survivor.id, merged_id, now, new_id)
    known.put_near_match(pair.after("take apart", now=now, by=actor.name))
    _audit(known, actor, now, "unmerged", {survivor.id: {"from": str(merged_id)}, merged_id: {"from": str(survivor.id)}})
    await store.save(known.changes())
    met = tuple(each for each in (stays, back) if known.is_enrolled(each.id))
    return StepTaken(at=now, standings=(back,), enrolments=tuple(moved), contacts=(stays, back), people=met)


async def keep_apart(
    one_id: UUID, other_id: UUID, *, actor: Actor, store: PeopleStore, now: datetime, new_id: Callable[[], UUID]
) -> StepTaken:
    """Say that two people who are alike are two. Raises NoSuchPersonError, SamePersonError or DecidedError."""
    known = await store.load_people([one_id, other_id])
    one, other = person_of(known, one_id), person_of(known, other_id)
    if one_id == other_id:
        raise SamePersonError
    pair = _pair(known, one_id, other_id, now, new_id)
    known.put_near_match(pair.after("keep apart", now=now, by=actor.name))
    known.put_participant(replace(one, kept_apart=(*one.kept_apart, other_id)))
    known.put_participant(replace(other, kept_apart=(*other.kept_apart, one_id)))
    _audit(known, actor, now, "kept_apart", {one_id: {"from": str(other_id)}, other_id: {"from": str(one_id)}})
    await store.save(known.changes())
    return StepTaken(at=now)


async def _no_stays_no(
    survivor: Participant, gone: Participant, *, actor: Actor, store: PeopleStore, now: datetime
) -> Changed | None:
    """Whoever said no under either name has said no; taking the merge back gives nothing of that away."""
    theirs = await store.preferences_of(gone.id)
    if theirs is None:
        return None
    own = (await kept_preferences(survivor, store=store)).wishes
    both = replace(
        own,
        allows_sms=own.allows_sms and theirs.wishes.allows_sms,
        allows_email=own.allows_email and theirs.wishes.allows_email,
        shares_with_gp=own.shares_with_gp and theirs.wishes.shares_with_gp,
        allows_marketing=own.allows_marketing and theirs.wishes.allows_marketing,
    )
    return await change_preferences(survivor.id, both, source=BY_STAFF, actor=actor, store=store, now=now)


def _given_to(participant_id: UUID, enrolments: Sequence[Enrolment], *, known: Known, now: datetime) -> list[Enrolment]:
    """Give enrolments to a person, in `known`; where one stands in the programme already, the next is doubled."""
    given = []
    for enrolment in enrolments:
        stands = any(
            (each.programme, each.status, each.doubled) == (enrolment.programme, "enrolled", False)
            for each in known.enrolments_of(participant_id)
        )
        known.put_enrolment(enrolment.of(participant_id, doubled=stands and enrolment.status == "enrolled", now=now))
        given.append(known.enrolments[enrolment.id])
    return given


def undoubled(known: Known, participant_id: UUID, *, now: datetime) -> list[Enrolment]:
    """Return, and put into `known`, the enrolments beside which no other of the programme stands any more."""
    alone: list[Enrolment] = []
    for enrolment in known.enrolments_of(participant_id):
        if not enrolment.doubled:
            continue
        others = (
            each
            for each in known.enrolments_of(participant_id)
            if (each.programme, each.status, each.doubled) == (enrolment.programme, "enrolled", False)
        )
        if next(others, None) is None:
            known.put_enrolment(enrolment.alone(now=now))
            alone.append(known.enrolments[enrolment.id])
    return alone


def _pair(known: Known, one_id: UUID, other_id: UUID, now: datetime, new_id: Callable[[], UUID]) -> NearMatch:
    return known.near_match_of(one_id, other_id) or near_match(one_id, other_id, match_id=new_id(), now=now)


def _audit(known: Known, actor: Actor, now: datetime, deed: str, details: dict[UUID, dict[str, object]]) -> None:
    for participant_id, each in details.items():
        known.put_audit(Entry(at=now, actor=actor, deed=deed, participant_id=participant_id, details=each))
