"""NHS Booking and Referral Standard (BaRS) message Bundles to commands.

What is read, and why so little, is in docs/decisions/2026-11-23-bars-is-read-by-hand.md. Reasons name BaRS's own fields.
"""

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

from enrolment.bars.clinical import access_needs, clinical_answers
from enrolment.bars.tree import Node, codes, day, every, first_text, resources, short, texts
from enrolment.bars.workflow import CANCELLING, CATEGORIES
from enrolment.domain.nhs_number import NhsNumberError, parse_nhs_number
from enrolment.domain.person import Person
from enrolment.domain.reason import Reason
from enrolment.use_cases.answer_messages import Message
from enrolment.use_cases.cancel_referral import CancelReferral
from enrolment.use_cases.known import Sent
from enrolment.use_cases.receive_referral import ReceiveReferral
from enrolment.use_cases.refuse_message import RefuseMessage
from enrolment.use_cases.update_referral import UpdateReferral
from service_kit.envelope import UnreadableError

NHS_NUMBER = "https://fhir.nhs.uk/Id/nhs-number"
BARS_VERSION = "bars_version"
FIELD_NAMES: Mapping[str, str] = MappingProxyType(
    {
        "clinical.can_attend": "QuestionnaireResponse.item",
        "clinical.conditions": "Condition.code",
        "clinical.exclusions": "QuestionnaireResponse.item",
        "clinical.independently_mobile": "QuestionnaireResponse.item",
        "clinical.joints": "Condition.code",
        "clinical.needs_supervised_exercise": "QuestionnaireResponse.item",
        "clinical.pain_months": "Condition.onsetDateTime",
        "clinical.red_flags": "QuestionnaireResponse.item",
        "patient": "Patient",
        "patient.birth_date": "Patient.birthDate",
        "patient.nhs_number": "Patient.identifier",
        "programme": "ServiceRequest.code",
        "referral_id": "Bundle.id",
    }
)
_ONESELF = "ONESELF"
_EMERGENCY = frozenset({"ECON", "EP", "C"})
_URN = "urn:uuid:"


def read_bars(bundle: Node, *, sent: Sent, programme: str, accepted_versions: Sequence[str]) -> Message:
    """Translate one message Bundle. What isn't a referral or a cancellation is refused; UnreadableError names a bad field."""
    message_id = first_text(bundle, "id")
    refusal = _no_request(bundle, accepted_versions)
    if refusal is not None:
        settles = refusal.code != BARS_VERSION  # which versions are accepted is configuration
        return RefuseMessage(sent=sent, reason=refusal, sender_referral_id=message_id, settles_body=settles)
    full_url, request = _only(bundle, "ServiceRequest")
    names = _names(full_url, request)
    if first_text(request, "status") in CANCELLING:
        return CancelReferral(sent=sent, service_requests=names, person_key=_person_key(bundle))
    refusal = _no_referral(request)
    if refusal is not None:
        return RefuseMessage(sent=sent, reason=refusal, sender_referral_id=message_id)
    authored_on = day(request, "ServiceRequest", "authoredOn")
    referral = ReceiveReferral(
        sent=sent,
        sender_referral_id=short(message_id or names[0]),
        programme=programme,
        person=_person(_only(bundle, "Patient")[1]),
        answers=clinical_answers(bundle, authored_on),
        service_request=names[0],
        referred_on=authored_on,
        access_needs=access_needs(bundle, authored_on),
        field_names=FIELD_NAMES,
        named_by_message=message_id is not None,
    )
    if "update" in set(texts(_only(bundle, "MessageHeader")[1], "reason", "coding", "code")):
        return UpdateReferral(referral=referral, service_requests=names)
    return referral


def _names(full_url: str | None, request: Node) -> tuple[str, ...]:
    """Return what a ServiceRequest is known by, the best first: its identifiers, its id, its fullUrl.

    Senders may name one by its id that they named by its fullUrl before, so each is given in the form of the other as well.
    """
    own_id = first_text(request, "id")
    names = [*texts(request, "identifier", "value"), own_id, full_url]
    names += [f"{_URN}{own_id}" if own_id else None, full_url.removeprefix(_URN) if full_url else None]
    found = tuple(dict.fromkeys(short(name) for name in names if name))
    if not found:
        raise UnreadableError("The ServiceRequest has no identifier, id or fullUrl.", field="ServiceRequest.identifier")
    return found


def _no_request(bundle: Node, accepted_versions: Sequence[str]) -> Reason | None:
    if bundle["resourceType"] != "Bundle" or first_text(bundle, "type") != "message":
        return Reason("not_a_message", "The resource is not a FHIR message Bundle.", "Bundle.type")
    if first_text(bundle, "meta", "versionId") not in accepted_versions:
        text = f"The BaRS version is missing or not one that is accepted here ({', '.join(accepted_versions)})."
        return Reason(BARS_VERSION, text, "Bundle.meta.versionId")
    if first_text(_only(bundle, "MessageHeader")[1], "eventCoding", "code") != "servicerequest-request":
        text = "This is not a referral: the message asks for or answers something else."
        return Reason("not_a_referral", text, "MessageHeader.eventCoding")
    return None


def _no_referral(request: Node) -> Reason | None:
    if first_text(request, "status") != "active":
        text = "A new referral's ServiceRequest must be active; a revoked one or one entered in error is a cancellation."
        return Reason("service_request_status", text, "ServiceRequest.status")
    if "referral" not in set(codes(request, CATEGORIES, "category")):
        return Reason(
            "not_a_referral", "This is not a referral: the ServiceRequest's category is another.", "ServiceRequest.category"
        )
    return None


def _only(bundle: Node, kind: str) -> tuple[str | None, Node]:
    found = list(resources(bundle, kind))
    if len(found) != 1:
        raise UnreadableError(f"The message must hold exactly one {kind}; it holds {len(found)}.", field=kind)
    return found[0]


def _person(patient: Node) -> Person:
    name = next(iter(_official_first(every(patient, "name"))), None)
    given, family = first_text(name, "given"), first_text(name, "family")
    birth_date = day(patient, "Patient", "birthDate")
    if given is None or family is None:
        missing = "given" if given is None else "family"
        raise UnreadableError(f"The field Patient.name.{missing} is missing.", field=f"Patient.name.{missing}")
    if birth_date is None:
        raise UnreadableError("The field Patient.birthDate is missing.", field="Patient.birthDate")
    as_sent = next(
        (
            value
            for identifier in every(patient, "identifier")
            if first_text(identifier, "system") == NHS_NUMBER
            for value in texts(identifier, "value")
        ),
        None,
    )
    number, doubtful = believed_number(as_sent)
    own = [patient, *(contact for contact in every(patient, "contact") if _relation(contact) <= {_ONESELF})]
    emergency = next((contact for contact in every(patient, "contact") if _relation(contact) & _EMERGENCY), None)
    emergency_name = _full_name(emergency)
    emergency_phone = _telecom([emergency], "phone")
    return Person(
        given_name=short(given),
        family_name=short(family),
        birth_date=birth_date,
        nhs_number=number,
        nhs_number_as_sent=short(doubtful) if doubtful else None,
        postcode=first_text(patient, "address", "postalCode"),
        phone=_telecom(own, "phone"),
        email=_telecom(own, "email"),
        language=first_text(patient, "communication", "language", "coding", "code") or "en",
        emergency_contact_name=emergency_name if emergency_phone else None,
        emergency_contact_phone=emergency_phone if emergency_name else None,
    )


def believed_number(as_sent: str | None) -> tuple[str | None, str | None]:
    """Split a number as sent into one that is believed and one that isn't; at most one of the two is there."""
    if as_sent is None or not as_sent.strip():
        return None, None
    try:
        return parse_nhs_number(as_sent), None
    except NhsNumberError:
        return None, as_sent.strip()


def _official_first(names: Iterator[Node]) -> list[Node]:
    return sorted(names, key=lambda name: first_text(name, "use") != "official")


def _relation(contact: Node) -> set[str]:
    return set(texts(contact, "relationship", "coding", "code"))


def _full_name(contact: Node | None) -> str | None:
    parts = [*texts(contact, "name", "given"), *texts(contact, "name", "family")]
    return short(" ".join(parts)) if parts else first_text(contact, "name", "text")


def _telecom(holders: Sequence[Node | None], system: str) -> str | None:
    """Return the best number or address: a mobile before other phones, then by rank."""
    points = [point for holder in holders for point in every(holder, "telecom") if first_text(point, "system") == system]
    points.sort(key=lambda point: (first_text(point, "use") != "mobile", str(next(every(point, "rank"), "9")).rjust(9, "0")))
    value = next((value for point in points for value in texts(point, "value")), None)
    return short(value) if value else None


def _person_key(bundle: Node) -> str | None:
    try:
        return _person(_only(bundle, "Patient")[1]).identity().match_keys()[0]
    except UnreadableError:
        return None
