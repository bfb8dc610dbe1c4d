"""A questionnaire as a form, results as rows, and the files that a site may bring."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outcomes.domain.instruments.catalogue import INSTRUMENTS
from outcomes.http.form import entered_from, read_entered, sections_of
from outcomes.http.results import plain, rows_of, signed
from outcomes.http.wording import WrongWordingError, read_wording
from outcomes.storage.directory import WrongDirectoryError, read_directory
from support.outcomes_facts import assessment, enrolment, questionnaire

KNEE = ("NRS", "KOOS-12", "ACTIVITY", "CHAIR-STAND")


def test_the_persons_own_form_leaves_out_what_is_measured_in_the_room() -> None:
    own = sections_of(KNEE, wording={}, for_staff=False)
    staff = sections_of(KNEE, wording={}, for_staff=True)
    assert [section.title for section in own] == ["Pain", "Your knee", "Being active"]
    assert [section.title for section in staff] == ["Pain", "Your knee", "Being active", "30-second chair stand"]


def test_every_field_has_a_question_and_an_id_of_its_own() -> None:
    fields = [field for section in sections_of(tuple(INSTRUMENTS), wording={}, for_staff=True) for field in section.fields]
    assert all(field.question for field in fields)
    assert len({field.id for field in fields}) == len({field.name for field in fields}) == len(fields)


def test_the_ends_of_a_scale_say_what_they_mean() -> None:
    [pain] = sections_of(["NRS"], wording={}, for_staff=False)[0].fields
    assert pain.choices[0] == ("0", "0, no pain")
    assert pain.choices[5] == ("5", "5")
    assert pain.choices[10] == ("10", "10, the worst pain you can imagine")


@given(st.dictionaries(st.text(max_size=20), st.text(max_size=20)))
def test_whatever_a_form_says_is_read_without_a_failure(entered: dict[str, str]) -> None:
    read = read_entered(sections_of(KNEE, wording={}, for_staff=True), entered)
    assert read.errors or any(read.answers.values())


def test_answers_shown_again_are_read_as_the_same_answers() -> None:
    answers = {"NRS": {"pain": 0}, "CHAIR-STAND": {"count": 9, "arms_used": False}, "KOOS-12": {"SP4": 4}}
    assert read_entered(sections_of(KNEE, wording={}, for_staff=True), entered_from(answers)).answers == answers


@pytest.mark.parametrize("value", ["lots", "-1", "10081", "1.5", "true", "٣"])
def test_a_number_that_is_none_or_too_large_names_field_and_rule(value: str) -> None:
    read = read_entered(sections_of(KNEE, wording={}, for_staff=False), {"ACTIVITY.minutes": value})
    [error] = read.errors
    assert error.field == "ACTIVITY-minutes"
    assert error.text == "Active minutes in the last week must be a whole number from 0 to 10,080"


def test_results_show_values_change_and_what_is_important() -> None:
    baseline = assessment(questionnaire(enrolment()), pain=7)
    end = assessment(questionnaire(enrolment(), time_point="end"), pain=5)
    rows = {row.measure: row for row in rows_of({"baseline": baseline, "end": end}, points=("baseline", "end"))}
    pain = rows["NRS: Pain (points)"]
    assert (pain.values, pain.change, pain.important) == (("7", "5"), "−2", "none agreed")  # noqa: RUF001 - a minus sign
    assert rows["ACTIVITY: Active minutes (minutes a week)"].values == ("no score (1 missing)", "no score (1 missing)")


def test_without_results_there_are_no_rows() -> None:
    assert rows_of({}, points=()) == ()


@pytest.mark.parametrize(("value", "text"), [(41.6667, "41.7"), (50.0, "50"), (0, "0")])
def test_values_have_one_decimal_place_where_they_need_it(value: float, text: str) -> None:
    assert plain(value) == text


@pytest.mark.parametrize(("value", "text"), [(12.5, "+12.5"), (-3, "−3"), (0, "0"), (0.01, "0")])  # noqa: RUF001 - a minus sign
def test_changes_have_their_sign(value: float, text: str) -> None:
    assert signed(value) == text


def test_the_official_wording_replaces_the_short_label(tmp_path: Path) -> None:
    file = tmp_path / "wording.toml"
    file.write_text('[KOOS-12.P1]\nquestion = "Synthetic question?"\nchoices = ["a", "b", "c", "d", "e"]\n')
    sections = sections_of(["KOOS-12"], wording=read_wording(file), for_staff=False)
    first, second = sections[0].fields[:2]
    assert (first.question, first.choices[4], first.inline) == ("Synthetic question?", ("4", "e"), False)
    assert second.question == "Knee pain: walking on the flat"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[WOMAC.P1]\nquestion = 'x'", "The wording file names 'WOMAC'; the instruments are NRS"),
        ("[KOOS-12.P2]\nquestion = 'x'", "The wording file has KOOS-12 'P2', which is no item of KOOS-12."),
        ("[KOOS-12.P1]\nquestion = ' '", "The wording file has no question for KOOS-12 P1."),
        ("[KOOS-12.P1]\nquestion = 'x'\nchoices = ['a']", "The wording file needs 5 choices for KOOS-12 P1, lowest value first."),
        ("[KOOS-12", "The wording file cannot be read"),
        ("KOOS-12 = 3", "The wording file has no items for KOOS-12."),
    ],
)
def test_a_wording_file_that_is_wrong_says_where(tmp_path: Path, text: str, sentence: str) -> None:
    file = tmp_path / "wording.toml"
    file.write_text(text)
    with pytest.raises(WrongWordingError) as wrong:
        read_wording(file)
    assert str(wrong.value).startswith(sentence)


def test_the_example_of_a_wording_file_is_one_that_can_be_read() -> None:
    example = Path(__file__).parents[3] / "services" / "outcomes" / "wording.example.toml"
    protected = {(one.code, item.id) for one in INSTRUMENTS.values() for item in one.items if not (one.by_staff or item.question)}
    assert set(read_wording(example)) == protected


def test_the_shipped_directory_can_be_read_and_has_no_offers_for_sale() -> None:
    directory = read_directory(None).services
    assert directory
    assert all(entry.expires_on > date(2028, 1, 1) and not entry.is_price_offer for entry in directory)


def test_a_directory_may_come_from_a_spreadsheet(tmp_path: Path) -> None:
    file = tmp_path / "directory.csv"
    file.write_text(
        "\ufeffcode,title,url,outward_codes,joints,access,expires_on,is_price_offer\n"
        'walks,"Walks, twice a week",https://walks.example.org,sw18 SW,,step_free,2030-01-31,no\n'
        "gym,Gym,,,knee,,2030-01-31,yes\n"
    )
    walks, gym = read_directory(file).services
    assert (walks.title, walks.outward_codes, walks.access, walks.expires_on) == (
        "Walks, twice a week",
        ("SW18", "SW"),
        ("step_free",),
        date(2030, 1, 31),
    )
    assert (gym.joints, gym.is_price_offer, gym.url) == (("knee",), True, None)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("code,colour\n", "The directory of services cannot be read: There is a column 'colour'; there are code, title"),
        ("code,title,expires_on\na,A,soon\n", "Line 2 of the directory of services: expires_on is a date such as 2029-01-31."),
        ("code,title,expires_on\na,A,\n", "Line 2 of the directory of services: expires_on is a date such as"),
        ("code,title,expires_on\na,A,2030-01-01,b,c\n", "Line 2 of the directory of services: There are more cells"),
        (
            "code,title,expires_on,is_price_offer\na,A,2030-01-01,maybe\n",
            "Line 2 of the directory of services: is_price_offer is yes or no.",
        ),
    ],
)
def test_a_spreadsheet_that_is_wrong_says_where(tmp_path: Path, text: str, sentence: str) -> None:
    file = tmp_path / "directory.csv"
    file.write_text(text)
    with pytest.raises(WrongDirectoryError) as wrong:
        read_directory(file)
    assert str(wrong.value).startswith(sentence)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            "[[service]]\ncode = 'a'\nexpires_on = 2030-01-01",
            "Entry 1 of the directory of services: title is 1 to 200 characters.",
        ),
        ("[[service]]\ncode = 'a'\ntitle = 'A'", "Entry 1 of the directory of services: expires_on is a date"),
        (
            "[[service]]\ncode = 'a'\ntitle = 'A'\nexpires_on = 2030-01-01\n" * 2,
            "The directory of services has two entries with the code 'a'.",
        ),
        ("[[service", "The directory of services cannot be read"),
    ],
)
def test_a_directory_that_is_wrong_says_where(tmp_path: Path, text: str, sentence: str) -> None:
    file = tmp_path / "directory.toml"
    file.write_text(text)
    with pytest.raises(WrongDirectoryError) as wrong:
        read_directory(file)
    assert str(wrong.value).startswith(sentence)
