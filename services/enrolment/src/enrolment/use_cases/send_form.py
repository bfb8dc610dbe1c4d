"""A person has filled in the form about themselves and shown that the address is theirs: it becomes a referral."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from enrolment.domain.audit import THE_PERSON
from enrolment.domain.eligibility import assess, needs_advice_today
from enrolment.domain.form.answers import access_needs, available, clinical_answers, person_of, said_yes
from enrolment.domain.form.draft import Draft, Verdict
from enrolment.domain.nominations import Nomination
from enrolment.domain.person import age_on
from enrolment.domain.preferences import Preferences, Wishes
from enrolment.domain.programmes import LANGUAGES, Programme
from enrolment.domain.receipts import BY_FORM
from enrolment.use_cases.answer_messages import answer_messages
from enrolment.use_cases.known import IntakeStore, Sender, Sent
from enrolment.use_cases.outcome import Outcome
from enrolment.use_cases.receive_referral import LOCAL_TIME, ReceiveReferral, Rules

SELF = Sender("self_referral", "web")


@dataclass(frozen=True, slots=True, kw_only=True)
class FormSent:
    """What came of it. `preferences` are the first of somebody who was not known before."""

    outcome: Outcome
    draft: Draft
    preferences: Preferences | None


async def send_form(
    draft: Draft,
    *,
    nomination: Nomination | None,
    employer: str | None,
    rules: Rules,
    store: IntakeStore,
    now: datetime,
    new_id: Callable[[], UUID],
) -> FormSent:
    """Make a referral of the draft, by the same use case as everybody's. KeyError while a question is open."""
    answers = draft.answers
    programme = rules.programmes[draft.programme]
    person = person_of(answers)
    sender = SELF if nomination is None else Sender(nomination.channel, nomination.organisation)
    command = ReceiveReferral(
        sent=Sent(sender=sender, event_id=f"{BY_FORM}{draft.id}", body_digest=f"{BY_FORM}{draft.id}"),
        sender_referral_id=str(draft.id),
        programme=programme.code,
        person=person,
        answers=clinical_answers(answers),
        preferred_site=nomination.preferred_site if nomination else None,
        access_needs=access_needs(answers),
        available=available(answers),
        employer=employer,
        vouched_for=False,
        by=THE_PERSON,
    )
    [outcome] = await answer_messages([command], store=store, rules=rules, now=now, new_id=new_id)
    newcomer = next((each for each in outcome.contacts if each.sequence == 1), None)
    preferences = None
    if newcomer is not None:
        preferences = Preferences(
            participant_id=newcomer.id,
            sequence=1,
            wishes=Wishes(
                language=person.language,
                preferred_channel=person.preferred_channel,
                shares_with_gp=said_yes(answers, "shares_with_gp"),
                allows_marketing=said_yes(answers, "allows_marketing"),
            ),
            source="nomination" if nomination else "self_referral",
            changed_by=None,
            changed_at=now,
        )
    return FormSent(outcome=outcome, draft=draft.sent(verdict_of(draft, programme, now=now), now=now), preferences=preferences)


def verdict_of(draft: Draft, programme: Programme, *, now: datetime) -> Verdict:
    """Return what the person is told, which their answers alone decide."""
    age = age_on(now.astimezone(LOCAL_TIME).date(), birth_date=person_of(draft.answers).birth_date)
    answers = clinical_answers(draft.answers)
    found = {language: assess(programme, age=age, answers=answers, language=language) for language in LANGUAGES}
    ours = found["en"]
    return Verdict(
        suits=bool(ours.red_flags) or not ours.against,
        needs_look=bool(ours.red_flags or ours.unclear),
        advice_today=needs_advice_today(programme, answers),
        reasons={language: [reason.text for reason in each.against] for language, each in found.items()},
    )
