"""What a message asks for, from its event, its reason and the states of what it brings, as the standard's own table has it."""

from collections.abc import Sequence
from enum import Enum

from enrolment.bars.refusal import INVARIANT, NOT_FOUND, UNSUPPORTED_FUNCTION, RefusedError
from enrolment.bars.tree import Node, every, first_text, resources, texts

CATEGORIES = "https://fhir.nhs.uk/CodeSystem/message-category-servicerequest"
USE_CASES = "https://fhir.nhs.uk/CodeSystem/usecases-categories-bars"
CANCELLING = frozenset({"revoked", "entered-in-error"})
_READY_ENCOUNTER = frozenset({"triaged", "finished"})


class Task(Enum):
    """What is to be done about a message."""

    NEW = "new referral"
    UPDATE = "update"
    CANCEL = "cancellation"


def task_of(bundle: Node, *, use_cases: Sequence[str] = ()) -> Task:
    """Say what a message asks for; RefusedError if that is nothing that is done here, or contradicts itself.

    `use_cases` are the codes of use cases that are taken; none given means all. A resource that is missing is missed elsewhere.
    """
    header = _first(bundle, "MessageHeader")
    match first_text(header, "eventCoding", "code"):
        case "servicerequest-request":
            return _request(bundle, header, use_cases)
        case "servicerequest-response" | "booking-response":
            if first_text(header, "response", "identifier") is None:
                raise RefusedError(INVARIANT, "A response must name the message that it answers, in MessageHeader.response.")
            raise RefusedError(NOT_FOUND, "No message that this could be the response to was sent from here.")
        case "booking-request":
            raise RefusedError(UNSUPPORTED_FUNCTION, "Bookings are not taken here: refer the person and a place is found.")
        case _:
            raise RefusedError(INVARIANT, "MessageHeader.eventCoding names no event of the standard.")


def _request(bundle: Node, header: Node, use_cases: Sequence[str]) -> Task:
    request = _first(bundle, "ServiceRequest")
    reason, status = _codes(header, "reason"), first_text(request, "status")
    if reason & {"update", "delete"} and status in CANCELLING:
        return Task.CANCEL
    categories = set(_coded(request, CATEGORIES))
    if "referral" not in categories:
        shape = UNSUPPORTED_FUNCTION if "validation" in categories else INVARIANT
        raise RefusedError(shape, "Only referrals are taken here: ServiceRequest.category must be referral.")
    if use_cases and not set(use_cases) & set(_coded(request, USE_CASES)):
        raise RefusedError(UNSUPPORTED_FUNCTION, "The use case in ServiceRequest.category is not one that is taken here.")
    if status != "active" or reason not in ({"new"}, {"update"}):
        raise RefusedError(
            INVARIANT,
            "MessageHeader.reason and ServiceRequest.status must be new and active, update and active,"
            " or update and revoked or entered-in-error.",
        )
    if reason == {"update"}:
        return Task.UPDATE
    if any(first_text(plan, "status") != "completed" for _, plan in resources(bundle, "CarePlan")):
        raise RefusedError(INVARIANT, "A new referral's CarePlan.status must be completed.")
    if any(first_text(encounter, "status") not in _READY_ENCOUNTER for _, encounter in resources(bundle, "Encounter")):
        raise RefusedError(INVARIANT, "A new referral's Encounter.status must be triaged or finished.")
    return Task.NEW


def _first(bundle: Node, kind: str) -> Node:
    return next((resource for _, resource in resources(bundle, kind)), {})


def _codes(resource: Node, *path: str) -> set[str]:
    return set(texts(resource, *path, "coding", "code"))


def _coded(request: Node, system: str) -> list[str]:
    return [
        code
        for coding in every(request, "category", "coding")
        if first_text(coding, "system") == system
        for code in texts(coding, "code")
    ]
