"""Who may lead a cohort, and who may stand in."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from scheduling.domain.broken_rule import BrokenRuleError
from scheduling.domain.facilitators import Facilitator, checked_credential, checked_facilitator, refuse_cover, refuse_lead
from support.scheduling_examples import PROGRAMME, PROGRAMMES, a_credential, a_facilitator

FIRST = datetime(2027, 2, 1, 10, 0, tzinfo=UTC)
SESSIONS = [FIRST + timedelta(days=days) for days in (0, 3, 7, 10)]
LAST_DAY = date(2027, 2, 11)


def somebody_with(**changes: Any) -> Facilitator:
    return a_facilitator(credentials=(a_credential(**changes),))


@pytest.mark.parametrize(
    "facilitator",
    [
        a_facilitator(),
        somebody_with(expires_on=LAST_DAY),
        somebody_with(issued_on=FIRST.date()),
        somebody_with(kind="exercise_professional"),
        somebody_with(revoked_on=LAST_DAY),
        a_facilitator(credentials=(a_credential(expires_on=date(2027, 1, 1)), a_credential())),
        a_facilitator(sites=("harbour",), availability=("mon-am", "thu-am")),
    ],
)
def test_whoever_holds_a_valid_credential_for_the_whole_cohort_may_lead(facilitator: Facilitator) -> None:
    refuse_lead(facilitator, programme=PROGRAMME, site_id="harbour", sessions=SESSIONS)
    refuse_cover(facilitator, programme=PROGRAMME, site_id="harbour", sessions=SESSIONS)


@pytest.mark.parametrize(
    ("facilitator", "why"),
    [
        (a_facilitator(credentials=()), "Alex Example has none"),
        (somebody_with(programmes=("escape-pain-backs",)), "Alex Example has none"),
        (somebody_with(kind="support_worker"), "is of another kind than clinician or exercise_professional"),
        (somebody_with(expires_on=date(2027, 2, 10)), "ends on 2027-02-10, the last session is on 2027-02-11"),
        (somebody_with(revoked_on=date(2027, 1, 10)), "ends on 2027-01-10"),
        (somebody_with(issued_on=date(2027, 2, 2)), "begins on 2027-02-02, the first session is on 2027-02-01"),
        (a_facilitator(sites=("meadow",)), "works at this site: Alex Example does not"),
        (a_facilitator(availability=("mon-am",)), "available then: Alex Example is not, thu-am"),
    ],
)
def test_a_lead_who_may_not_is_refused_with_the_reason(facilitator: Facilitator, why: str) -> None:
    with pytest.raises(BrokenRuleError, match=why) as refused:
        refuse_lead(facilitator, programme=PROGRAMME, site_id="harbour", sessions=SESSIONS)

    assert refused.value.field == "lead_id"


def test_a_support_worker_may_stand_in_but_not_lead() -> None:
    worker = somebody_with(kind="support_worker")

    refuse_cover(worker, programme=PROGRAMME, site_id="harbour", sessions=SESSIONS)
    with pytest.raises(BrokenRuleError, match="lead_id must"):
        refuse_lead(worker, programme=PROGRAMME, site_id="harbour", sessions=SESSIONS)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"kind": "wizard"}, "kind"),
        ({"programmes": ()}, "programmes"),
        ({"programmes": ("yoga",)}, "programmes"),
        ({"route": "letter"}, "route"),
        ({"prerequisites": ("first_aid",)}, "prerequisites"),
        ({"expires_on": date(2026, 3, 1)}, "expires_on"),
    ],
)
def test_a_credential_that_breaks_a_rule_is_refused_by_the_name_of_the_field(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(BrokenRuleError, match=f"^{field} must "):
        checked_credential(a_credential(**changes), programmes=PROGRAMMES)


@pytest.mark.parametrize(
    ("changes", "field"), [({"name": " "}, "name"), ({"kind": "wizard"}, "kind"), ({"availability": ("monday",)}, "availability")]
)
def test_a_facilitator_who_breaks_a_rule_is_refused_by_the_name_of_the_field(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(BrokenRuleError, match=f"^{field} must "):
        checked_facilitator(replace(a_facilitator(), **changes))
