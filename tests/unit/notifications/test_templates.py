"""What is said: every kind in both languages, from declared variables alone, and nothing that betrays a diagnosis."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from bs4 import BeautifulSoup
from jinja2 import UndefinedError, meta
from jinja2.exceptions import SecurityError

from notifications.domain.cohort import Cohort
from notifications.domain.content import content_of
from notifications.domain.discretion import names_a_diagnosis
from notifications.domain.message import Channel, Kind, Message, Status
from notifications.domain.site import Site
from notifications.domain.sms import is_too_long, parts
from notifications.templates.samples import Previews, sample_cohort, sample_message
from notifications.templates.wording import BLOCKS, LANGUAGES, TemplateWording, read_template, sandbox
from notifications.use_cases.provider import WordingError, Words
from page_base.pages import Pages
from support.notifications_fakes import MARY

NOW = datetime(2026, 12, 7, 10, 0, tzinfo=UTC)
COHORT = sample_cohort(now=NOW)


def a_message(kind: Kind) -> Message:
    return sample_message(kind=kind, now=NOW)


TOKEN = a_message(Kind.OWN_PAGE).facts["token"]
EACH = [(kind, language) for kind in Kind for language in LANGUAGES]
WORDING = TemplateWording(public_url="http://localhost:8080/", organiser="limber@example.org")


def put(
    message: Message, channel: Channel = Channel.EMAIL, *, language: str = "en", cohorts: Sequence[Cohort] = (COHORT,)
) -> Words:
    contact = replace(MARY, language=language)
    known = {cohort.id: cohort for cohort in cohorts}
    return WORDING.put(message=message, channel=channel, contact=contact, cohorts=known, now=NOW)


def words(kind: Kind, language: str, channel: Channel) -> tuple[str | None, str]:
    found = put(a_message(kind), channel, language=language)
    return found.subject, found.body


@pytest.mark.parametrize(("kind", "language"), EACH)
def test_a_template_uses_exactly_what_it_declares_and_is_given(kind: Kind, language: str) -> None:
    file = read_template(kind=kind, language=language)
    used = meta.find_undeclared_variables(sandbox().parse(file.source))
    given = content_of(
        message=a_message(kind), greeting_name="Mary", language=language, cohort=COHORT, public_url="http://localhost", now=NOW
    )
    assert used == file.variables == given.keys()
    assert tuple(sandbox().from_string(file.source).blocks) == BLOCKS


@pytest.mark.parametrize("kind", Kind)
def test_welsh_is_marked_as_a_draft_until_a_translator_signs_it(kind: Kind) -> None:
    assert read_template(kind=kind, language="cy").state == "draft"
    assert read_template(kind=kind, language="en").state == "ready"


@pytest.mark.parametrize(("kind", "language"), EACH)
def test_a_text_message_is_one_paragraph_that_may_be_sent_and_names_no_diagnosis(kind: Kind, language: str) -> None:
    subject, text = words(kind, language, Channel.SMS)
    assert subject is None
    assert "\n" not in text
    assert not is_too_long(text)
    assert parts(text) <= 6
    assert not names_a_diagnosis(text)
    assert "Mary" in text


@pytest.mark.parametrize(("kind", "language"), EACH)
def test_an_email_has_a_subject_of_one_line_and_a_text_without_gaps(kind: Kind, language: str) -> None:
    subject, text = words(kind, language, Channel.EMAIL)
    assert subject
    assert "\n" not in subject
    assert not names_a_diagnosis(subject)
    assert "\n\n\n" not in text
    assert text == text.strip()
    assert "{" not in text


def test_the_words_hold_what_a_person_needs() -> None:
    assert (
        "session 1 is on Thursday 10 December at 10am at Wandsworth Leisure Centre"
        in words(Kind.SESSION_REMINDER, "en", Channel.SMS)[1]
    )
    assert "There are 12 sessions." in words(Kind.PLACE_FOUND, "en", Channel.SMS)[1]
    assert words(Kind.PLACE_FOUND, "en", Channel.EMAIL)[1].count("\n- ") == 12
    assert f"http://localhost:8080/outcomes/q/{TOKEN}" in words(Kind.QUESTIONNAIRE_DUE, "cy", Channel.SMS)[1]
    changed = words(Kind.SESSION_CHANGED, "en", Channel.EMAIL)[1]
    assert "- The session on Monday 7 December at 10am is now on Tuesday 8 December at 10am.\n" in changed
    assert "- The session on Monday 7 December at 10am is cancelled.\n" in changed
    assert "- There is one more session, on Wednesday 9 December at 10am.\n" in changed
    offered = words(Kind.PLACE_OFFERED, "en", Channel.SMS)[1]
    assert "Please reply YES or NO, or answer here, by Sunday 27 December at 10am: " in offered
    assert f"http://localhost:8080/scheduling/offers/{TOKEN}" in offered
    assert f"/enrolment/complete/{TOKEN}" in words(Kind.COMPLETE_NOMINATION, "en", Channel.SMS)[1]
    assert f"/enrolment/me/{TOKEN}" in words(Kind.OWN_PAGE, "cy", Channel.EMAIL)[1]
    code = words(Kind.CONFIRM_CONTACT, "en", Channel.SMS)[1]
    assert "Your code is 012345." in code
    assert f"/enrolment/confirm/{TOKEN}" in code
    whole = words(Kind.WHAT_COMES_NEXT, "en", Channel.EMAIL)[1]
    assert "- Walking group: https://walks.example.org\n- Versus Arthritis: https://versus.example.org\n- Swimming\n" in whole
    short = words(Kind.WHAT_COMES_NEXT, "en", Channel.SMS)[1]
    assert "next: Walking group https://walks.example.org; Swimming. The people" in short


@pytest.mark.parametrize("channel", Channel)
@pytest.mark.parametrize("language", ["en", "cy"])
def test_at_the_end_people_are_led_to_their_goals_and_exercises(language: str, channel: Channel) -> None:
    found = put(a_message(Kind.WHAT_COMES_NEXT), channel, language=language)
    assert "http://localhost:8080/enrolment/me" in found.body


def test_a_name_is_only_ever_text() -> None:
    contact = replace(MARY, greeting_name="{{ 7 * 7 }}\r\nBcc: x@example.org")
    found = WORDING.put(message=a_message(Kind.WAITING_LIST), channel=Channel.EMAIL, contact=contact, cohorts={}, now=NOW)
    assert found.body.startswith("Hello {{ 7 * 7 }} Bcc: x@example.org,\n")


def test_a_message_without_what_its_words_need_is_an_error_and_not_a_message() -> None:
    for message, cohorts in (
        (a_message(Kind.PLACE_FOUND), ()),
        (replace(a_message(Kind.QUESTIONNAIRE_DUE), facts={}), ()),
        (replace(a_message(Kind.SESSION_REMINDER), session_id=UUID(int=500)), (COHORT,)),
    ):
        with pytest.raises(WordingError):
            put(message, Channel.SMS, cohorts=cohorts)


@pytest.mark.parametrize(("kind", "language"), EACH)
def test_the_html_of_an_email_says_the_same_as_its_text_and_nothing_in_it_runs(kind: Kind, language: str) -> None:
    found = put(a_message(kind), language=language)
    page = BeautifulSoup(found.html or "", "html.parser")
    assert page.html is not None
    assert page.html["lang"] == language
    shown = page.body.get_text(" ") if page.body else ""
    assert shown.split()[len((found.subject or "").split()) :] == found.body.replace("- ", "").split()
    assert not page.find(["script", "img", "link"])
    assert {link["href"] for link in page.find_all("a")} == set(re.findall(r"https?://[^\s]+", found.body))


def test_a_name_in_an_email_is_text_and_never_html() -> None:
    contact = replace(MARY, greeting_name="<b>Mary</b>")
    found = WORDING.put(message=a_message(Kind.WAITING_LIST), channel=Channel.EMAIL, contact=contact, cohorts={}, now=NOW)
    assert "&lt;b&gt;Mary&lt;/b&gt;" in (found.html or "")


def test_a_template_cannot_reach_out_of_its_sandbox_or_use_what_it_was_not_given() -> None:
    with pytest.raises(SecurityError):
        sandbox().from_string("{{ ''.__class__.__mro__ }}").render()
    with pytest.raises(UndefinedError):
        sandbox().from_string("{{ nobody }}").render()


@pytest.mark.parametrize(("kind", "language"), EACH)
def test_a_preview_shows_what_a_person_would_read(kind: Kind, language: str) -> None:
    preview = Previews(WORDING).preview(kind=kind, language=language, now=NOW)
    assert (None, preview.sms) == words(kind, language, Channel.SMS)
    assert (preview.subject, preview.body) == words(kind, language, Channel.EMAIL)
    assert preview.sms_parts == parts(preview.sms)


def test_pages_have_a_name_for_every_kind_status_and_channel() -> None:
    named: Any = Pages("notifications.http")._environment.get_template("words.html").module
    assert named.kind_names.keys() == set(Kind)
    assert named.status_names.keys() == named.status_tones.keys() == set(Status)
    assert named.channel_names.keys() == set(Channel)


ABOUT_A_PLACE = (Kind.PLACE_OFFERED, Kind.PLACE_FOUND, Kind.SESSION_REMINDER, Kind.SESSION_CHANGED, Kind.MISSED_TWO)
SITE = Site(
    id="wandsworth",
    sequence=1,
    address="1 Example Road",
    what_to_bring="Flat\nshoes",
    parking="Behind the building.",
    access_features=("step_free", "hearing_loop", "moon_gate"),
)
SAID = {
    "en": (
        "Address: 1 Example Road",
        "What to bring: Flat shoes",
        "Parking: Behind the building.",
        "Access: step-free access, a hearing loop",
    ),
    "cy": (
        "Cyfeiriad: 1 Example Road",
        "Beth i ddod: Flat shoes",
        "Parcio: Behind the building.",
        "Mynediad: mynediad heb risiau, dolen sain",
    ),
}


@pytest.mark.parametrize("kind", ABOUT_A_PLACE)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_message_about_a_place_says_what_to_bring_where_to_park_and_how_to_get_in(kind: Kind, language: str) -> None:
    there = (replace(COHORT, site=SITE),)
    email = put(a_message(kind), language=language, cohorts=there).body
    assert set(SAID[language]) <= set(email.splitlines())
    text = put(a_message(kind), Channel.SMS, language=language, cohorts=there).body
    assert all(f" {line.rstrip('.')}." in text for line in SAID[language])
    assert ".." not in text


@pytest.mark.parametrize("kind", ABOUT_A_PLACE)
def test_a_message_about_a_place_of_which_nothing_is_known_says_nothing_of_it(kind: Kind) -> None:
    nowhere = (replace(COHORT, site=None),)
    for channel in Channel:
        text = put(a_message(kind), channel, cohorts=nowhere).body
        assert "Parking" not in text
        assert "Address" not in text
        assert "\n\n\n" not in text


def test_what_does_not_fit_a_text_message_or_names_a_diagnosis_is_left_to_the_email() -> None:
    site = replace(SITE, address="Arthritis Care, 1 Example Road", what_to_bring="Water. " * 40)
    there = (replace(COHORT, site=site),)
    text = put(a_message(Kind.SESSION_REMINDER), Channel.SMS, cohorts=there).body
    assert "Arthritis" not in text
    assert "Water." not in text
    assert "Parking: Behind the building." in text
    assert "Arthritis Care" in put(a_message(Kind.SESSION_REMINDER), cohorts=there).body


def test_a_session_elsewhere_is_reminded_of_with_what_is_known_of_that_site() -> None:
    first, *rest = COHORT.sessions
    hall = replace(SITE, id="hall", address="2 Other Street")
    elsewhere = replace(first, site_id="hall", site_name="Tooting Hall", site=hall)
    moved = (replace(COHORT, sessions=(elsewhere, *rest)),)
    reminder = put(a_message(Kind.SESSION_REMINDER), cohorts=moved).body
    assert "at Tooting Hall" in reminder
    assert "Address: 2 Other Street" in reminder.splitlines()
    unknown = (replace(COHORT, sessions=(replace(elsewhere, site=None), *rest)),)
    assert "Address" not in put(a_message(Kind.SESSION_REMINDER), cohorts=unknown).body


@pytest.mark.parametrize(("kind", "language"), EACH)
def test_a_text_message_does_not_say_the_name_of_a_site_that_names_a_diagnosis(kind: Kind, language: str) -> None:
    name = "Wandsworth Knee and Hip Clinic"
    sessions = tuple(replace(session, site_id="clinic", site_name=name) for session in COHORT.sessions)
    there = (replace(COHORT, site_name=name, sessions=sessions),)
    message = a_message(kind)
    if "site_name" in message.facts:
        message = replace(message, facts={**message.facts, "site_name": name})
    assert not names_a_diagnosis(put(message, Channel.SMS, language=language, cohorts=there).body)
