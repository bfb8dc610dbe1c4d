"""NHS Booking and Referral Standard (BaRS) message Bundles to commands.

What is read, and why so little, is in docs/decisions/2026-11-23-bars-is-read-by-hand.md. Reasons name BaRS's own fields.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from types import MappingProxyType

from enrolment.bars.tree import Node, every, first_text, resources, texts
from enrolment.bars.workflow import CANCELLING, CATEGORIES
from enrolment.domain.eligibility import Answers
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
SNOMED = "http://snomed.info/sct"
# BaRS has no place for what our programmes ask. A sender who wants more than a review adds a QuestionnaireResponse to this
# questionnaire, whose items are linked by the field names of our own referral JSON (`clinical.…`).
ELIGIBILITY_QUESTIONNAIRE = "urn:limber:questionnaire:eligibility"
NO_RED_FLAG = "none"
LONGEST_PAIN_MONTHS = 1200
BARS_VERSION = "bars_version"
# SNOMED CT: osteoarthritis, of knee, of hip; pain in joint, knee pain, hip pain.
CONDITIONS: Mapping[str, tuple[str, str | None]] = MappingProxyType(
    {
        "396275006": ("osteoarthritis", None),
        "239873007": ("osteoarthritis of knee", "knee"),
        "239872002": ("osteoarthritis of hip", "hip"),
        "57676002": ("joint pain", None),
        "30989003": ("knee pain", "knee"),
        "49218002": ("hip pain", "hip"),
    }
)
FIELD_NAMES: Mapping[str, str] = MappingProxyType(
    {
        "clinical.can_attend": "QuestionnaireResponse.item",
        "clinical.conditions": "Condition.code",
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
_MAX_TEXT = 500
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
    authored_on = _day(request, "ServiceRequest", "authoredOn")
    referral = ReceiveReferral(
        sent=sent,
        sender_referral_id=_short(message_id or names[0]),
        programme=programme,
        person=_person(_only(bundle, "Patient")[1]),
        answers=_answers(bundle, authored_on),
        service_request=names[0],
        referred_on=authored_on,
        field_names=FIELD_NAMES,
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
    found = tuple(dict.fromkeys(_short(name) for name in names if name))
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
    if "referral" not in set(_codes(request, CATEGORIES, "category")):
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
    birth_date = _day(patient, "Patient", "birthDate")
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
        given_name=_short(given),
        family_name=_short(family),
        birth_date=birth_date,
        nhs_number=number,
        nhs_number_as_sent=_short(doubtful) if doubtful else None,
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


def _answers(bundle: Node, authored_on: date | None) -> Answers:
    conditions: list[str] = []
    joints: list[str] = []
    months: list[int] = []
    for _, condition in resources(bundle, "Condition"):
        named = [CONDITIONS[code] for code in _codes(condition, SNOMED, "code") if code in CONDITIONS]
        described = [*texts(condition, "code", "text"), *texts(condition, "code", "coding", "display")]
        conditions += [phrase for phrase, _ in named] or [_short(text) for text in described[:1]]
        joints += [joint for _, joint in named if joint]
        onset = _day(condition, "Condition", "onsetDateTime") if named else None
        if onset is not None and authored_on is not None and onset <= authored_on:
            months.append(_whole_months(onset, authored_on))
    asked = _asked(bundle)
    red_flags = tuple(_short(code) for code in asked.get("red_flags", []))
    return Answers(
        joints=tuple(dict.fromkeys([*joints, *(_short(joint).casefold() for joint in asked.get("joints", []))])),
        conditions=tuple(dict.fromkeys(conditions)),
        pain_months=_number(asked, "pain_months", otherwise=max(months, default=None)),
        needs_supervised_exercise=_yes_or_no(asked, "needs_supervised_exercise"),
        independently_mobile=_yes_or_no(asked, "independently_mobile"),
        can_attend=_yes_or_no(asked, "can_attend"),
        red_flags=tuple(code for code in red_flags if code != NO_RED_FLAG) if red_flags else None,
        close_attention=_yes_or_no(asked, "close_attention"),
    )


def _asked(bundle: Node) -> dict[str, list[str]]:
    """Return the answers to our own questionnaire by linkId, as text; XML and JSON write booleans and numbers differently."""
    found: dict[str, list[str]] = {}
    for _, response in resources(bundle, "QuestionnaireResponse"):
        if first_text(response, "questionnaire") != ELIGIBILITY_QUESTIONNAIRE:
            continue
        for item in every(response, "item"):
            values = [
                *(str(value).casefold() for value in every(item, "answer", "valueBoolean")),
                *(str(value) for value in every(item, "answer", "valueInteger")),
                *texts(item, "answer", "valueString"),
                *texts(item, "answer", "valueCoding", "code"),
            ]
            found.setdefault(first_text(item, "linkId") or "", []).extend(values)
    return found


def _yes_or_no(asked: Mapping[str, list[str]], link_id: str) -> bool | None:
    match asked.get(link_id, []):
        case []:
            return None
        case ["true"]:
            return True
        case ["false"]:
            return False
        case _:
            raise _wrong_answer(link_id, "true or false")


def _number(asked: Mapping[str, list[str]], link_id: str, *, otherwise: int | None) -> int | None:
    match asked.get(link_id, []):
        case []:
            return otherwise
        case [text] if text.isascii() and text.isdecimal() and int(text[:5]) <= LONGEST_PAIN_MONTHS:
            return int(text)
        case _:
            raise _wrong_answer(link_id, f"one whole number from 0 to {LONGEST_PAIN_MONTHS}")


def _wrong_answer(link_id: str, rule: str) -> UnreadableError:
    field = f"QuestionnaireResponse.item[{link_id}]"
    return UnreadableError(f"The answer to {link_id} must be {rule}.", field=field)


def _codes(resource: Node, system: str, *path: str) -> Iterator[str]:
    for coding in every(resource, *path, "coding"):
        if first_text(coding, "system") == system:
            yield from texts(coding, "code")


def _official_first(names: Iterator[Node]) -> list[Node]:
    return sorted(names, key=lambda name: first_text(name, "use") != "official")


def _relation(contact: Node) -> set[str]:
    return set(texts(contact, "relationship", "coding", "code"))


def _full_name(contact: Node | None) -> str | None:
    parts = [*texts(contact, "name", "given"), *texts(contact, "name", "family")]
    return _short(" ".join(parts)) if parts else first_text(contact, "name", "text")


def _telecom(holders: Sequence[Node | None], system: str) -> str | None:
    """Return the best number or address: a mobile before other phones, then by rank."""
    points = [point for holder in holders for point in every(holder, "telecom") if first_text(point, "system") == system]
    points.sort(key=lambda point: (first_text(point, "use") != "mobile", str(next(every(point, "rank"), "9")).rjust(9, "0")))
    value = next((value for point in points for value in texts(point, "value")), None)
    return _short(value) if value else None


def _day(resource: Node, kind: str, name: str) -> date | None:
    text = first_text(resource, name)
    if text is None:
        return None
    try:
        return date.fromisoformat(text) if len(text) == len("2026-11-30") else datetime.fromisoformat(text).date()
    except ValueError:
        raise UnreadableError(f"The field {kind}.{name} is not a full date.", field=f"{kind}.{name}") from None


def _whole_months(earlier: date, later: date) -> int:
    return (later.year - earlier.year) * 12 + later.month - earlier.month - (later.day < earlier.day)


def _person_key(bundle: Node) -> str | None:
    try:
        return _person(_only(bundle, "Patient")[1]).identity().match_keys()[0]
    except UnreadableError:
        return None


def _short(text: str) -> str:
    return text[:_MAX_TEXT]
