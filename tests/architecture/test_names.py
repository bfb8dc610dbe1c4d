"""What things are called: the kit knows no business noun, and no file is a drawer for anything."""

from pathlib import PurePosixPath

import pytest

from support.sources import committed_files, identifiers, modules, words_of

BUSINESS_NOUNS = frozenset(
    {
        "appointment",
        "assessment",
        "attendance",
        "clinic",
        "clinician",
        "cohort",
        "coordinator",
        "enrolment",
        "exercise",
        "facilitator",
        "gp",
        "instrument",
        "joint",
        "knee",
        "nhs",
        "participant",
        "patient",
        "people",
        "person",
        "physiotherapist",
        "practice",
        "programme",
        "questionnaire",
        "referral",
        "signposting",
        "surgery",
        "survey",
        "venue",
    }
)
DRAWERS = frozenset({"common", "core", "errors", "helpers", "managers", "misc", "shared", "util", "utils"})


def business_nouns_in(text: str) -> set[str]:
    """The business nouns among a module's identifiers, singular or plural."""
    words = {word for name in identifiers(text) for word in words_of(name)}
    return {noun for noun in BUSINESS_NOUNS if {noun, f"{noun}s"} & words}


def drawers_in(names: list[str]) -> list[str]:
    """The paths with a part that says nothing about what is inside; the top level has its one folder `shared`."""
    return [
        name
        for name in names
        for part in PurePosixPath(name.removeprefix("shared/")).parts
        if part.partition(".")[0].lower() in DRAWERS
    ]


def test_the_kit_names_no_business_noun() -> None:
    named = {name: nouns for name, text in modules("service_kit").items() if (nouns := business_nouns_in(text))}
    assert named == {}
    assert [name for name in modules("service_kit") if BUSINESS_NOUNS & set(words_of(name))] == []


@pytest.mark.parametrize(
    "text",
    [
        "def place(cohort): ...",
        "class ReferralInbox: ...",
        "key = event.participant_id",
        "import surveys.questionnaires",
        "store(nhs_number=1)",
    ],
)
def test_a_business_noun_in_an_identifier_is_found(text: str) -> None:
    assert business_nouns_in(text)


def test_no_file_is_a_drawer_for_anything() -> None:
    assert drawers_in(committed_files()) == []


@pytest.mark.parametrize(
    "name",
    ["services/scheduling/src/scheduling/utils.py", "shared/common/x.py", "deploy/core/a.py", "tests/helpers.py", "a/errors.py"],
)
def test_a_drawer_is_found(name: str) -> None:
    assert drawers_in([name]) == [name]
