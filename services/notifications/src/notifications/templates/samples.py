"""Each kind of message with made-up facts, for those who look at its words before anybody gets them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any
from uuid import UUID

from notifications.domain.cohort import Cohort, Session
from notifications.domain.contact import Contact
from notifications.domain.message import Channel, Kind, Message
from notifications.domain.site import Site
from notifications.domain.sms import parts
from notifications.templates.wording import TemplateWording, read_template

_TOKEN = "sample-of-a-link-that-only-its-reader-may-know"  # noqa: S105 - it opens nothing
_COHORT_ID = UUID(int=99)


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """A kind of message in one language as a person would read it. `state` is `ready`, or `draft` until a translator signs it."""

    kind: Kind
    language: str
    state: str
    sms: str
    sms_parts: int
    subject: str
    body: str
    html: str
    calendars: int


class Previews:
    """Previews of every template, in the words that people get."""

    def __init__(self, wording: TemplateWording) -> None:
        self._wording = wording

    def preview(self, *, kind: Kind, language: str, now: datetime) -> Preview:
        """Put one together, as if it were sent at `now`."""
        contact, cohort = sample_contact(language=language), sample_cohort(now=now)
        cohorts = {cohort.id: cohort}
        message = sample_message(kind=kind, now=now)
        sms = self._wording.put(message=message, channel=Channel.SMS, contact=contact, cohorts=cohorts, now=now)
        email = self._wording.put(message=message, channel=Channel.EMAIL, contact=contact, cohorts=cohorts, now=now)
        return Preview(
            kind=kind,
            language=language,
            state=read_template(kind=kind, language=language).state,
            sms=sms.body,
            sms_parts=parts(sms.body),
            subject=email.subject or "",
            body=email.body,
            html=email.html or "",
            calendars=len(email.calendars),
        )


def sample_contact(*, language: str) -> Contact:
    """Somebody who agreed to everything."""
    return Contact(
        participant_id=UUID(int=1),
        sequence=1,
        greeting_name="Mary",
        phone="07700 900123",
        email="mary@example.org",
        language=language,
        preferred_channel=None,
        allows_sms=True,
        allows_email=True,
    )


def sample_cohort(*, now: datetime) -> Cohort:
    """Twelve sessions of an hour, the first three days from `now`."""
    sessions = tuple(
        Session(
            id=UUID(int=number),
            number=number,
            starts_at=now + timedelta(days=3 * number),
            status="planned",
            ends_at=now + timedelta(days=3 * number, hours=1),
        )
        for number in range(1, 13)
    )
    site = Site(
        id="wandsworth",
        sequence=1,
        address="1 Example Road, SW18 0AA",
        what_to_bring="Water and a towel",
        parking="Behind the building",
        access_features=("step_free", "hearing_loop"),
    )
    return Cohort(
        id=_COHORT_ID,
        sequence=1,
        site_name="Wandsworth Leisure Centre",
        status="open",
        sessions=sessions,
        site_id=site.id,
        site=site,
    )


def sample_message(*, kind: Kind, now: datetime) -> Message:
    """A message of the kind, about the sample cohort."""
    return Message(
        id=UUID(int=1),
        participant_id=UUID(int=1),
        kind=kind,
        about_id="sample",
        cohort_id=_COHORT_ID,
        session_id=UUID(int=1),
        facts=_facts(now=now).get(kind, {}),
        due_at=now,
        useful_until=now + timedelta(days=20),
        planned_at=now,
        changed_at=now,
    )


def _facts(*, now: datetime) -> Mapping[Kind, Mapping[str, Any]]:
    moved = {"session_id": str(UUID(int=1)), "was_at": now.isoformat(), "now_at": (now + timedelta(days=1)).isoformat()}
    cancelled = {"session_id": str(UUID(int=2)), "was_at": now.isoformat(), "now_at": None}
    added = {"session_id": str(UUID(int=3)), "was_at": None, "now_at": (now + timedelta(days=2)).isoformat()}
    make_up = {"site_id": "meadow", "site_name": "Meadow Clinic", "ends_at": None, "sequence": 3, "was_at": None}
    link = {"token": _TOKEN}
    signposts = [
        {"title": "Walking group", "url": "https://walks.example.org"},
        {"title": "Versus Arthritis", "url": "https://versus.example.org"},
        {"title": "Swimming", "url": None},
    ]
    return MappingProxyType(
        {
            Kind.SESSION_CHANGED: {"changes": [moved, cancelled, added]},
            Kind.SESSION_CANCELLED_TODAY: {"changes": [cancelled]},
            Kind.MAKE_UP_SESSION: make_up,
            Kind.MAKE_UP_REMINDER: make_up,
            Kind.MAKE_UP_OFF: make_up,
            Kind.QUESTIONNAIRE_DUE: link,
            Kind.QUESTIONNAIRE_REMINDER: link,
            Kind.FOLLOW_UP: link | {"months": 6},
            Kind.MORE_INFORMATION_NEEDED: {"asked": "sender"},
            Kind.REFERRAL_DECLINED: {"sender_told": True},
            Kind.PLACE_OFFERED: link,
            Kind.COMPLETE_NOMINATION: link,
            Kind.CONFIRM_CONTACT: link | {"code": "012345"},
            Kind.OWN_PAGE: link,
            Kind.WHAT_COMES_NEXT: {"signposts": signposts},
        }
    )
