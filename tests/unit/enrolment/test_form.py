"""The form about oneself: what may be entered, which questions are asked, and what the answers mean."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from enrolment.domain.confirmations import may_send_another
from enrolment.domain.form import fields
from enrolment.domain.form.answers import access_needs, available, clinical_answers, person_of
from enrolment.domain.form.draft import KEPT_FOR, Draft
from enrolment.domain.form.fields import Field, Problem, read
from enrolment.domain.form.steps import NOMINATION, SELF_REFERRAL, first_unanswered, steps_of
from enrolment.domain.preferences import Preferences, Wishes
from enrolment.domain.programmes import LANGUAGES
from enrolment.http.form_words import page_of, read_form_words
from enrolment.main import load_programmes
from enrolment.use_cases.send_form import verdict_of
from support.enrolment_examples import PROGRAMME

TODAY = date(2026, 12, 7)
NOW = datetime(2026, 12, 7, 10, 0, tzinfo=UTC)
WORDS = read_form_words()
ANSWERS: dict[str, Any] = {
    "given_name": "Mary",
    "family_name": "O'Neill",
    "birth_date": "1950-05-01",
    "postcode": "LS1 4AP",
    "reach_by": "sms",
    "phone": "07700900123",
    "language": "en",
    "joints": ["knee"],
    "pain_months": "12",
    "red_flags": ["none"],
    "independently_mobile": "yes",
    "needs_supervised_exercise": "yes",
    "can_attend": "yes",
    "close_attention": "no",
    "access_needs": ["none"],
    "shares_with_gp": "yes",
    "allows_marketing": "no",
}


def one(field: Field, *entered: str) -> tuple[dict[str, Any], list[Problem]]:
    return read([field], {field.name: entered}, today=TODAY)


def a_text(rule: fields.Rule, *, optional: bool = False) -> Field:
    return Field(name="it", kind="text", rule=rule, optional=optional)


@pytest.mark.parametrize(
    ("rule", "entered", "kept"),
    [
        (fields.name_rule, " Siân  Eluned ", "Siân Eluned"),
        (fields.name_rule, "O\u2019Neill-Ahmed", "O\u2019Neill-Ahmed"),
        (fields.postcode_rule, "ls14ap", "LS1 4AP"),
        (fields.nhs_number_rule, "999 000 0018", "9990000018"),
        (fields.mobile_rule, "+44 7700 900123", "07700900123"),
        (fields.email_rule, " mary@example.org ", "mary@example.org"),
        (fields.phone_rule, "01632 960001", "01632960001"),
        (fields.poster_rule, "ab-12", "AB-12"),
    ],
)
def test_what_was_entered_is_kept_as_it_is_used(rule: fields.Rule, entered: str, kept: str) -> None:
    assert one(a_text(rule), entered) == ({"it": kept}, [])


@pytest.mark.parametrize(
    ("rule", "entered", "code"),
    [
        (fields.name_rule, "Ring 07700 900123 now", "name_format"),
        (fields.name_rule, "www.example.org", "name_format"),
        (fields.postcode_rule, "LS1", "postcode_format"),
        (fields.nhs_number_rule, "9990000010", "nhs_number_check_digit"),
        (fields.nhs_number_rule, "12", "nhs_number_format"),
        (fields.mobile_rule, "01632 960001", "mobile_format"),
        (fields.email_rule, "mary@example", "email_format"),
        (fields.email_rule, "mary@example.org\nBcc: all", "email_format"),
        (fields.poster_rule, "<script>", "poster_format"),
    ],
)
def test_what_cannot_be_right_is_said_by_its_rule(rule: fields.Rule, entered: str, code: str) -> None:
    assert one(a_text(rule), entered) == ({}, [Problem("it", code)])


def test_an_empty_text_is_missing_unless_it_may_be_left_out() -> None:
    assert one(a_text(fields.name_rule), "  ") == ({}, [Problem("it", "it_missing")])
    assert one(a_text(fields.name_rule, optional=True), "") == ({}, [])


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        (("", "", ""), "birth_date_missing"),
        (("1", "", "1950"), "date_parts"),
        (("1", "May", "1950"), "date_parts"),
        (("31", "2", "1950"), "date_unreal"),
        (("8", "12", "2026"), "birth_date_in_future"),
        (("1", "1", "1890"), "birth_date_too_old"),
    ],
)
def test_a_date_of_birth_is_a_real_day_in_a_lifetime(parts: tuple[str, str, str], code: str) -> None:
    entered = {f"birth_date[{name}]": [value] for name, value in zip(("day", "month", "year"), parts, strict=True)}
    assert read([Field(name="birth_date", kind="date")], entered, today=TODAY) == ({}, [Problem("birth_date-day", code)])


def test_none_of_these_stands_alone() -> None:
    field = Field(name="flags", kind="checkboxes", choices=("a", "b", "none"), alone=("none",))
    assert one(field, "b", "a") == ({"flags": ["a", "b"]}, [])
    assert one(field, "none", "a") == ({}, [Problem("flags", "alone")])
    assert one(field, "made_up") == ({}, [Problem("flags", "flags_missing")])


@settings(deadline=None)
@given(st.dictionaries(st.text(max_size=20), st.lists(st.text(max_size=40), max_size=3), max_size=5), st.data())
def test_whatever_is_entered_is_read_or_said_to_be_wrong(entered: dict[str, list[str]], data: st.DataObject) -> None:
    step = data.draw(st.sampled_from(steps_of(kind=SELF_REFERRAL, programme=PROGRAMME, answers=ANSWERS)))
    for field in step.fields:
        entered[field.name] = data.draw(st.lists(st.text(max_size=40), max_size=3))
    answers, problems = read(step.fields, entered, today=TODAY)
    for field in step.fields:
        wrong = any(problem.field == fields.first_input(field) for problem in problems)
        assert (field.name in answers) != wrong or field.optional
    assert all(problem.code in WORDS[language]["problems"] for problem in problems for language in LANGUAGES)


@pytest.mark.parametrize("programme", load_programmes().values(), ids=lambda one: one.code)
@pytest.mark.parametrize("kind", [SELF_REFERRAL, NOMINATION])
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_has_words_for_all_that_it_shows_and_for_what_is_missing(programme: Any, kind: str, language: str) -> None:
    words = WORDS[language]
    for reach in ("sms", "email", "neither"):
        urgent = next(flag.code for flag in programme.red_flags if flag.same_day)
        for step in steps_of(kind=kind, programme=programme, answers={"reach_by": reach, "red_flags": [urgent]}):
            page = page_of(step, words=words, programme=programme, language=language, answers={}, entered=None)
            assert page.title
            assert all(choice.text for shown in page.fields for choice in shown.choices)
            _, problems = read(step.fields, {}, today=TODAY)
            assert all(problem.code in words["problems"] for problem in problems)


def test_welsh_written_by_machine_is_marked_as_a_draft() -> None:
    assert (WORDS["en"]["state"], WORDS["cy"]["state"]) == ("ready", "draft")


def slugs(kind: str = SELF_REFERRAL, **answers: Any) -> list[str]:
    return [step.slug for step in steps_of(kind=kind, programme=PROGRAMME, answers=answers)]


def test_the_questions_follow_the_answers() -> None:
    assert "mobile" in slugs(reach_by="sms")
    assert "email" in slugs(reach_by="email")
    assert "no-contact" in slugs(reach_by="neither")
    assert "advice" in slugs(red_flags=["hot_swollen_joint"])
    assert "advice" not in slugs(red_flags=["chest_pain"])
    assert ("employer" in slugs(NOMINATION), "poster" in slugs(NOMINATION)) == (True, False)
    assert ("employer" in slugs(), "poster" in slugs()) == (False, True)


def test_nobody_gets_to_the_end_without_a_way_to_be_reached() -> None:
    steps = steps_of(kind=SELF_REFERRAL, programme=PROGRAMME, answers={"reach_by": "neither"})
    last = first_unanswered(steps, seen=[step.slug for step in steps])
    assert last is not None
    assert last.slug == "no-contact"


@pytest.mark.parametrize("question", ["independently_mobile", "needs_supervised_exercise", "can_attend", "close_attention"])
@pytest.mark.parametrize(("said", "means"), [("yes", True), ("no", False), ("not_sure", None), (None, None)])
def test_who_is_not_sure_has_not_said_no(question: str, said: str | None, means: bool | None) -> None:  # noqa: FBT001 - a case
    assert getattr(clinical_answers({question: said} if said else {}), question) is means


def test_red_flags_that_were_not_answered_are_not_none() -> None:
    assert clinical_answers({}).red_flags is None
    assert clinical_answers({"red_flags": ["not_sure"]}).red_flags is None
    assert clinical_answers({"red_flags": ["none"]}).red_flags == ()
    assert clinical_answers({"red_flags": ["chest_pain"]}).red_flags == ("chest_pain",)


def test_days_and_times_of_day_make_times_of_the_week() -> None:
    assert available({}) == ()
    assert available({"days": ["mon", "tue"], "parts_of_day": ["am"]}) == ("mon-am", "tue-am")
    assert available({"days": ["mon"]}) == ("mon-am", "mon-pm", "mon-eve")
    assert len(available({"parts_of_day": ["eve"]})) == 7
    assert access_needs({"access_needs": ["step_free", "parking"]}) == ("step_free", "parking")
    assert access_needs({"access_needs": ["none"]}) == ()


def test_an_address_that_was_given_and_then_not_chosen_is_left_out() -> None:
    person = person_of(ANSWERS | {"reach_by": "email", "email": "mary@example.org"})
    assert (person.phone, person.email, person.preferred_channel) == (None, "mary@example.org", "email")


def a_draft(**answers: Any) -> Draft:
    return Draft(
        id=UUID(int=1),
        token_hash="h",
        kind=SELF_REFERRAL,
        programme=PROGRAMME.code,
        language="en",
        answers=ANSWERS | answers,
        seen=("name",),
        status="open",
        proven=None,
        nomination_id=None,
        confirmation_id=None,
        verdict=None,
        created_at=NOW,
        expires_at=NOW + KEPT_FOR,
    )


def test_what_a_page_left_empty_is_forgotten_and_its_time_begins_anew() -> None:
    later = NOW + timedelta(hours=1)
    after = a_draft().answered("postcode", {}, names=["postcode"], now=later)
    assert "postcode" not in after.answers
    assert (after.seen, after.expires_at) == (("name", "postcode"), later + KEPT_FOR)


def test_a_draft_that_was_sent_remembers_no_answer_but_the_verdict() -> None:
    draft = a_draft(red_flags=["hot_swollen_joint"])
    sent = draft.sent(verdict_of(draft, PROGRAMME, now=NOW), now=NOW)
    assert sent.verdict is not None
    assert (sent.verdict.suits, sent.verdict.needs_look, sent.verdict.advice_today) == (True, True, True)
    assert "Mary" not in str(sent)
    assert "07700900123" not in str(sent)


def test_who_is_too_young_hears_why_in_both_languages() -> None:
    verdict = verdict_of(a_draft(birth_date="2000-01-01"), PROGRAMME, now=NOW)
    assert not verdict.suits
    assert verdict.reasons["en"] == ["The programme is for people who are 45 or older."]
    assert "45 oed" in verdict.reasons["cy"][0]


def test_an_address_is_proven_only_while_it_stays_the_same() -> None:
    proven = replace(a_draft(), proven="07700900123")
    assert not proven.needs_code
    assert proven.answered("mobile", {"phone": "07700900124"}, names=["phone"], now=NOW).needs_code


@pytest.mark.parametrize(("hour", "day", "may"), [(0, 0, True), (2, 7, True), (3, 3, False), (0, 8, False)])
def test_an_address_gets_only_so_many_codes(hour: int, day: int, may: bool) -> None:  # noqa: FBT001 - a case
    assert may_send_another(in_last_hour=hour, in_last_day=day) is may


def test_a_wish_that_is_known_already_changes_nothing() -> None:
    before = Preferences(
        participant_id=UUID(int=1), sequence=1, wishes=Wishes(), source="gp", changed_by=None, changed_at=NOW - timedelta(days=1)
    )
    assert before.become(Wishes(), source="own_page", changed_by=None, now=NOW) is before
    after = before.become(Wishes(allows_marketing=True), source="own_page", changed_by=None, now=NOW)
    assert (after.sequence, after.source, after.changed_at) == (2, "own_page", NOW)
