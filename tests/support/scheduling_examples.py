"""Cohorts, places and a programme to try rules on."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from scheduling.domain.cohorts import OPEN, Cohort, sessions_at
from scheduling.domain.facilitators import Credential, Facilitator
from scheduling.domain.places import DECLINED, DISCONTINUED, OFFERED, PLACED, WAITING, Place
from scheduling.domain.programmes import Programme
from scheduling.domain.session_dates import Calendar
from scheduling.domain.sites import CHECKLIST, LIVE, Room, Site
from scheduling.main import offering_of
from scheduling.storage.reference_data import load_bank_holidays, load_programmes
from service_kit.ids import new_id

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
PROGRAMMES: Mapping[str, Programme] = load_programmes()
PROGRAMME = PROGRAMMES["escape-pain-knee-hip"]
BANK_HOLIDAYS = load_bank_holidays()
OFFERING = offering_of(PROGRAMMES, new_id=new_id)
REACH = OFFERING.reach
NO_HOLIDAYS = Calendar(closed={}, known_until=date(2040, 12, 31))
MONDAY = date(2026, 11, 30)


def a_place(status: str = WAITING, **changes: Any) -> Place:
    seated = status not in (WAITING, DISCONTINUED, DECLINED)
    unattended = status in (WAITING, OFFERED, PLACED, DISCONTINUED, DECLINED)
    known: dict[str, Any] = {
        "place_id": uuid4(),
        "sequence": 1,
        "enrolment_id": uuid4(),
        "participant_id": uuid4(),
        "programme": PROGRAMME.code,
        "status": status,
        "waiting_reason": "no_open_cohort" if status == WAITING else None,
        "cohort_id": uuid4() if seated else None,
        "seat": 1 if seated else None,
        "close_attention": False,
        "close_attention_seat": None,
        "sessions_attended": 0 if unattended else 1,
        "sessions_run": 0 if unattended else 1,
        "offered_until": NOW + timedelta(days=5) if status == OFFERED else None,
        "offer_token": "t" * 43 if status == OFFERED else None,
        "changed_at": NOW,
    }
    return Place(**(known | changes))


def a_cohort(*, sessions: int = 12, first: datetime = NOW + timedelta(days=7), **changes: Any) -> Cohort:
    known: dict[str, Any] = {
        "cohort_id": uuid4(),
        "sequence": 1,
        "programme": PROGRAMME.code,
        "site_id": "harbour",
        "site_name": "Harbour Leisure Centre",
        "status": OPEN,
        "capacity": 10,
        "close_attention_limit": 2,
        "sessions": sessions_at(
            starts=[first + timedelta(days=3 * number) for number in range(sessions)],
            ids=[uuid4() for _ in range(sessions)],
            minutes=60,
        ),
    }
    return Cohort(**(known | changes))


def a_site(**changes: Any) -> Site:
    """A live site with many rooms alike, so that cohorts of a test don't get in each other's way."""
    known: dict[str, Any] = {
        "site_id": "harbour",
        "name": "Harbour Centre",
        "outward_code": "NE1",
        "division": "england-and-wales",
        "rooms": tuple(Room(room_id=uuid4(), name=f"Room {number:02}", capacity=12) for number in range(1, 61)),
        "status": LIVE,
        "checklist": dict.fromkeys(CHECKLIST, date(2026, 11, 2)),
    }
    return Site(**(known | changes))


def a_credential(**changes: Any) -> Credential:
    known: dict[str, Any] = {
        "credential_id": uuid4(),
        "kind": "clinician",
        "programmes": (PROGRAMME.code,),
        "route": "course",
        "prerequisites": PROGRAMME.training.prerequisites,
        "issued_on": date(2026, 3, 2),
    }
    return Credential(**(known | changes))


def a_facilitator(**changes: Any) -> Facilitator:
    """Somebody who may lead the programme for knees and hips, anywhere and at any time."""
    known: dict[str, Any] = {
        "facilitator_id": uuid4(),
        "name": "Alex Example",
        "kind": "clinician",
        "credentials": (a_credential(),),
    }
    return Facilitator(**(known | changes))


def session_id(cohort: Cohort, number: int) -> UUID:
    return cohort.sessions[number - 1].session_id
