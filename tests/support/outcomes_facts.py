"""Synthetic facts of outcomes' domain, with defaults that a test overrides where it matters."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from outcomes.domain.assessment import Assessment
from outcomes.domain.change import Change
from outcomes.domain.concerns import Concern
from outcomes.domain.enrolment import Enrolment
from outcomes.domain.instruments.instrument import Score
from outcomes.domain.place import Place
from outcomes.domain.questionnaire import Questionnaire
from outcomes.domain.signposting import Signpost, Signposting

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
FIRST_SESSION = NOW + timedelta(days=7)
LAST_SESSION = NOW + timedelta(days=49)
PROGRAMME = "escape-pain-knee-hip"


def enrolment(**changes: Any) -> Enrolment:
    facts: dict[str, Any] = {
        "enrolment_id": uuid4(),
        "sequence": 1,
        "participant_id": uuid4(),
        "programme": PROGRAMME,
        "status": "enrolled",
        "enrolled_at": NOW,
        "referral_channel": "gp",
        "joints": ("knee",),
        "outward_code": "SW18",
    }
    return Enrolment(**(facts | changes))


def place(of: Enrolment, **changes: Any) -> Place:
    facts: dict[str, Any] = {
        "place_id": of.enrolment_id,
        "sequence": 1,
        "participant_id": of.participant_id,
        "enrolment_id": of.enrolment_id,
        "programme": of.programme,
        "status": "placed",
        "cohort_id": uuid4(),
        "first_session_at": FIRST_SESSION,
        "last_session_at": LAST_SESSION,
        "changed_at": NOW,
    }
    return Place(**(facts | changes))


def questionnaire(of: Enrolment, **changes: Any) -> Questionnaire:
    facts: dict[str, Any] = {
        "questionnaire_id": uuid4(),
        "sequence": 1,
        "participant_id": of.participant_id,
        "enrolment_id": of.enrolment_id,
        "programme": of.programme,
        "time_point": "baseline",
        "status": "due",
        "due_at": NOW,
        "closes_at": FIRST_SESSION + timedelta(days=7),
        "late_until": FIRST_SESSION + timedelta(days=21),
        "token": uuid4().hex + uuid4().hex,
        "instruments": ("NRS", "KOOS-12", "ACTIVITY", "CHAIR-STAND"),
    }
    return Questionnaire(**(facts | changes))


def assessment(of: Questionnaire, *, assessment_id: UUID | None = None, sequence: int = 1, pain: int = 5) -> Assessment:
    return Assessment(
        assessment_id=assessment_id or uuid4(),
        sequence=sequence,
        questionnaire_id=of.questionnaire_id,
        participant_id=of.participant_id,
        enrolment_id=of.enrolment_id,
        time_point=of.time_point,
        completed_at=NOW,
        entered_at=NOW,
        entered_by="participant",
        answers={"NRS": {"pain": pain}, "CHAIR-STAND": {"count": 9, "arms_used": True}},
        scores=(
            Score(instrument="NRS", version="1", scale="pain", value=float(pain)),
            Score(instrument="ACTIVITY", version="1", scale="minutes", value=None, missing=1),
        ),
        changes=(Change(instrument="NRS", scale="pain", change=-2.0, important=None),),
    )


def signposting(of: Enrolment) -> Signposting:
    return Signposting(
        signposting_id=uuid4(),
        sequence=1,
        participant_id=of.participant_id,
        enrolment_id=of.enrolment_id,
        signposts=(Signpost(code="walks", title="Walks", url=None),),
        issued_at=NOW,
    )


def concern(of: Questionnaire) -> Concern:
    return Concern(
        concern_id=uuid4(),
        participant_id=of.participant_id,
        enrolment_id=of.enrolment_id,
        questionnaire_id=of.questionnaire_id,
        kind="raised_score",
        about="HADS.anxiety",
        value=12,
        status="open",
        raised_at=NOW,
    )
