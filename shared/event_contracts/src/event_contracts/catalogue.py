"""Every event there is: who publishes it where, who reads it, and which codes its fields may hold.

Codes are open: a reader must have a branch for one that it doesn't know. The README's event table, the JSON schemas and the
AsyncAPI document are generated from this list.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from event_contracts.contacts import Contact
from event_contracts.contract import Contract
from event_contracts.enrolment import EnrolmentChanged, LinkChanged, PersonChanged, PreferencesChanged, ReferralDecided
from event_contracts.intake import Nomination, NominationRemoval, Referral, ReferralAvailable
from event_contracts.notifications import MessageChanged, ReplyReceived
from event_contracts.outcomes import AssessmentScored, ConcernChanged, QuestionnaireChanged, SignpostingIssued
from event_contracts.people import Person
from event_contracts.receipts import NominationReceipt, Receipt, ReferralProgress
from event_contracts.scheduling import CohortChanged, PlaceChanged, SiteChanged
from event_contracts.signals import Signal

ContractClass = type[Contract]


@dataclass(frozen=True, slots=True, kw_only=True)
class EventType:
    """One kind of event. `type` is its `ce-type`; `{…}` in `subject` stands for one token of the NATS subject.

    `model` is the body where the content type is application/json; FHIR bodies are NHS BaRS message Bundles. `codes` are those
    that are known of a field (dots lead into parts of it).
    """

    type: str
    stream: str
    subject: str
    model: ContractClass
    publisher: str
    readers: tuple[str, ...]
    meaning: str
    codes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    content_types: tuple[str, ...] = ("application/json",)


PERSON_STATUSES = ("active", "deceased", "merged", "erased")
TIMES_OF_THE_WEEK = (
    "mon-am",
    "mon-pm",
    "mon-eve",
    "tue-am",
    "tue-pm",
    "tue-eve",
    "wed-am",
    "wed-pm",
    "wed-eve",
    "thu-am",
    "thu-pm",
    "thu-eve",
    "fri-am",
    "fri-pm",
    "fri-eve",
    "sat-am",
    "sat-pm",
    "sat-eve",
    "sun-am",
    "sun-pm",
    "sun-eve",
)
NOMINATION_STATUSES = ("received", "removed", "place_found", "invalid")
REFERRAL_STATUSES = ("accepted", "duplicate", "needs_review", "declined", "cancelled", "invalid")
RECEIPT_STATUSES = ("received", "accepted", "duplicate", "needs_review", "question", "declined", "cancelled", "invalid")

TIME_POINTS = ("baseline", "end", "followup_3m", "followup_6m", "followup_12m")

EVENT_TYPES: tuple[EventType, ...] = (
    EventType(
        type="intake.gp.referral.v1",
        stream="INTAKE",
        subject="intake.gp.{organisation}.referral.v1",
        model=Referral,
        publisher="a GP system",
        readers=("enrolment",),
        meaning="A GP practice refers a person",
        codes={"clinical.joints": ("knee", "hip"), "patient.preferred_channel": ("sms", "email")},
        content_types=("application/json", "application/fhir+json", "application/fhir+xml"),
    ),
    EventType(
        type="intake.gp.referral.available.v1",
        stream="INTAKE",
        subject="intake.gp.{organisation}.referral.available.v1",
        model=ReferralAvailable,
        publisher="a GP system",
        readers=("enrolment",),
        meaning="A GP practice's referral can be fetched",
    ),
    EventType(
        type="intake.nhs.death_notification.v1",
        stream="INTAKE",
        subject="intake.nhs.{organisation}.death_notification.v1",
        model=Signal,
        publisher="an NHS messaging service",
        readers=("enrolment",),
        meaning="A person has died: the signal pds-death-notification",
    ),
    EventType(
        type="receipts.nhs.v1",
        stream="RECEIPTS",
        subject="receipts.nhs.{organisation}",
        model=NominationReceipt,
        publisher="enrolment",
        readers=("the NHS messaging service",),
        meaning="What became of a signal; never whether the person is known here",
        codes={"status": ("received", "invalid")},
    ),
    EventType(
        type="receipts.gp.v1",
        stream="RECEIPTS",
        subject="receipts.gp.{organisation}",
        model=Receipt,
        publisher="enrolment",
        readers=("the GP system",),
        meaning="What became of an event that a GP system sent",
        codes={"status": RECEIPT_STATUSES},
    ),
    EventType(
        type="receipts.gp.progress.v1",
        stream="RECEIPTS",
        subject="receipts.gp.{organisation}.progress",
        model=ReferralProgress,
        publisher="enrolment",
        readers=("the GP system",),
        meaning="What became of a referred person: a place, and how it ended",
        codes={
            "status": ("placed", "never_started", "completed", "below_completion", "cut_short", "discontinued"),
        },
    ),
    EventType(
        type="intake.workplace.nomination.v1",
        stream="INTAKE",
        subject="intake.workplace.{organisation}.nomination.v1",
        model=Nomination,
        publisher="an HR portal",
        readers=("enrolment",),
        meaning="An employer nominates somebody who works there",
    ),
    EventType(
        type="intake.workplace.nomination_removal.v1",
        stream="INTAKE",
        subject="intake.workplace.{organisation}.nomination_removal.v1",
        model=NominationRemoval,
        publisher="an HR portal",
        readers=("enrolment",),
        meaning="An employer takes a nomination back, as when somebody leaves",
    ),
    EventType(
        type="receipts.workplace.v1",
        stream="RECEIPTS",
        subject="receipts.workplace.{organisation}",
        model=NominationReceipt,
        publisher="enrolment",
        readers=("the HR portal",),
        meaning="What became of an event that an HR portal sent",
        codes={"status": NOMINATION_STATUSES},
    ),
    EventType(
        type="intake.leisure.booking_request.v1",
        stream="INTAKE",
        subject="intake.leisure.{organisation}.booking_request.v1",
        model=Nomination,
        publisher="a leisure system",
        readers=("enrolment",),
        meaning="Somebody asked a leisure centre for a place",
    ),
    EventType(
        type="intake.leisure.booking_removal.v1",
        stream="INTAKE",
        subject="intake.leisure.{organisation}.booking_removal.v1",
        model=NominationRemoval,
        publisher="a leisure system",
        readers=("enrolment",),
        meaning="A leisure centre takes a booking request back",
    ),
    EventType(
        type="receipts.leisure.v1",
        stream="RECEIPTS",
        subject="receipts.leisure.{organisation}",
        model=NominationReceipt,
        publisher="enrolment",
        readers=("the leisure system",),
        meaning="What became of an event that a leisure system sent",
        codes={"status": NOMINATION_STATUSES},
    ),
    EventType(
        type="contacts.v1",
        stream="CONTACTS",
        subject="contacts.v1.{participant_id}",
        model=Contact,
        publisher="enrolment",
        readers=("notifications",),
        meaning="How to reach a person",
        codes={"preferred_channel": ("sms", "email")},
    ),
    EventType(
        type="people.v1",
        stream="PEOPLE",
        subject="people.v1.{participant_id}",
        model=Person,
        publisher="enrolment",
        readers=("scheduling", "outcomes"),
        meaning="Who a person is to the staff in the room",
    ),
    EventType(
        type="enrolment.referral.decided.v1",
        stream="ENROLMENT",
        subject="enrolment.referral.decided.v1.{bucket}",
        model=ReferralDecided,
        publisher="enrolment",
        readers=("notifications",),
        meaning="What was decided about a referral",
        codes={
            "status": REFERRAL_STATUSES,
            "channel": ("gp", "workplace", "leisure", "self_referral", "staff"),
            "asked": ("sender", "person"),
        },
    ),
    EventType(
        type="enrolment.enrolment.changed.v1",
        stream="ENROLMENT",
        subject="enrolment.enrolment.changed.v1.{bucket}",
        model=EnrolmentChanged,
        publisher="enrolment",
        readers=("scheduling", "outcomes", "notifications"),
        meaning="A person is enrolled in a programme, or no longer is",
        codes={
            "status": ("enrolled", "withdrawn"),
            "joints": ("knee", "hip"),
            "language": ("en", "cy"),
            "available": TIMES_OF_THE_WEEK,
        },
    ),
    EventType(
        type="enrolment.person.changed.v1",
        stream="ENROLMENT",
        subject="enrolment.person.changed.v1.{bucket}",
        model=PersonChanged,
        publisher="enrolment",
        readers=("scheduling", "outcomes", "notifications"),
        meaning="A person has died, was merged into another or erased, or is back",
        codes={"status": PERSON_STATUSES},
    ),
    EventType(
        type="enrolment.preferences.changed.v1",
        stream="ENROLMENT",
        subject="enrolment.preferences.changed.v1.{bucket}",
        model=PreferencesChanged,
        publisher="enrolment",
        readers=("notifications",),
        meaning="What a person agreed to and wishes",
        codes={
            "preferred_channel": ("sms", "email"),
            "source": ("self_referral", "nomination", "own_page", "staff", "gp", "text_message"),
        },
    ),
    EventType(
        type="enrolment.link.changed.v1",
        stream="ENROLMENT",
        subject="enrolment.link.changed.v1.{bucket}",
        model=LinkChanged,
        publisher="enrolment",
        readers=("scheduling", "outcomes", "notifications"),
        meaning="A link of a person was issued, or no longer opens",
        codes={
            "purpose": ("complete_nomination", "confirm_contact", "own_page"),
            "channel": ("sms", "email"),
            "status": ("issued", "used", "revoked", "expired"),
        },
    ),
    EventType(
        type="scheduling.site.changed.v1",
        stream="SCHEDULING",
        subject="scheduling.site.changed.v1.{bucket}",
        model=SiteChanged,
        publisher="scheduling",
        readers=("outcomes", "notifications"),
        meaning="A site is made known or changed",
        codes={
            "kind": ("clinic", "leisure_centre", "community", "workplace"),
            "status": ("planned", "in_training", "live", "paused"),
            "access_features": ("step_free", "lift", "accessible_toilet", "accessible_parking", "hearing_loop"),
        },
    ),
    EventType(
        type="scheduling.cohort.changed.v1",
        stream="SCHEDULING",
        subject="scheduling.cohort.changed.v1.{bucket}",
        model=CohortChanged,
        publisher="scheduling",
        readers=("notifications",),
        meaning="A cohort and its dated sessions",
        codes={"status": ("open", "running", "finished", "cancelled"), "sessions.status": ("planned", "held", "cancelled")},
    ),
    EventType(
        type="scheduling.place.changed.v1",
        stream="SCHEDULING",
        subject="scheduling.place.changed.v1.{bucket}",
        model=PlaceChanged,
        publisher="scheduling",
        readers=("enrolment", "outcomes", "notifications"),
        meaning="A person waits, has a place, attends, or is done",
        codes={
            "status": (
                "waiting",
                "offered",
                "placed",
                "attending",
                "completed",
                "below_completion",
                "never_started",
                "discontinued",
                "cut_short",
                "declined",
            ),
            "waiting_reason": (
                "no_cohort_at_site",
                "cohorts_full",
                "close_attention_full",
                "no_open_cohort",
                "no_cohort_at_times",
                "access_needs_not_met",
                "offers_refused",
                "offer_declined",
                "offer_expired",
                "cohort_cancelled",
            ),
        },
    ),
    EventType(
        type="outcomes.questionnaire.changed.v1",
        stream="OUTCOMES",
        subject="outcomes.questionnaire.changed.v1.{bucket}",
        model=QuestionnaireChanged,
        publisher="outcomes",
        readers=("notifications",),
        meaning="A questionnaire is due, answered, late or missed",
        codes={"time_point": TIME_POINTS, "status": ("due", "completed", "late", "missed", "cancelled")},
    ),
    EventType(
        type="outcomes.assessment.scored.v1",
        stream="OUTCOMES",
        subject="outcomes.assessment.scored.v1.{bucket}",
        model=AssessmentScored,
        publisher="outcomes",
        readers=(),
        meaning="The results of a questionnaire, and the change since baseline",
        codes={"time_point": TIME_POINTS},
    ),
    EventType(
        type="outcomes.concern.changed.v1",
        stream="OUTCOMES",
        subject="outcomes.concern.changed.v1.{bucket}",
        model=ConcernChanged,
        publisher="outcomes",
        readers=(),
        meaning="Staff have to look at a person's answers, or somebody has",
        codes={"kind": ("raised_score", "large_worsening", "comment"), "status": ("open", "acknowledged")},
    ),
    EventType(
        type="outcomes.signposting.issued.v1",
        stream="OUTCOMES",
        subject="outcomes.signposting.issued.v1.{bucket}",
        model=SignpostingIssued,
        publisher="outcomes",
        readers=("notifications",),
        meaning="What a person is pointed to next",
    ),
    EventType(
        type="notifications.message.changed.v1",
        stream="NOTIFICATIONS",
        subject="notifications.message.changed.v1.{bucket}",
        model=MessageChanged,
        publisher="notifications",
        readers=("outcomes",),
        meaning="A message was sent, or why not",
        codes={
            "kind": (
                "referral_received",
                "referral_declined",
                "more_information_needed",
                "place_found",
                "place_offered",
                "waiting_list",
                "waiting_list_left",
                "session_reminder",
                "session_changed",
                "session_cancelled_today",
                "questionnaire_due",
                "questionnaire_reminder",
                "follow_up",
                "what_comes_next",
                "complete_nomination",
                "confirm_contact",
                "own_page",
                "missed_two",
                "make_up_session",
                "make_up_reminder",
                "make_up_off",
            ),
            "channel": ("sms", "email", "none"),
            "status": ("sent", "delivered", "failed", "dropped", "unknown"),
        },
    ),
    EventType(
        type="notifications.reply.received.v1",
        stream="NOTIFICATIONS",
        subject="notifications.reply.received.v1.{bucket}",
        model=ReplyReceived,
        publisher="notifications",
        readers=("enrolment", "scheduling"),
        meaning="A person answered a text message with a word that we read",
        codes={"answer": ("yes", "no", "stop", "start", "help")},
    ),
)
