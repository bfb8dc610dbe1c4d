"""Whether a message is what the standard says it must be: its version, its resources, their elements, codes and references."""

import re
from collections.abc import Iterator, Sequence

from enrolment.bars.refusal import INVARIANT, REQUIRED, UNSUPPORTED_FUNCTION, VALUE, VERSION, RefusedError
from enrolment.bars.standard import Element, MessageRules, standard
from enrolment.bars.tree import Node, every, first_text, resources, texts
from enrolment.bars.workflow import Task, task_of

BUNDLE_PROFILE = "https://fhir.nhs.uk/StructureDefinition/BARSBundleMessage"
_PROFILES = {
    "MessageHeader": "https://fhir.nhs.uk/StructureDefinition/BARSMessageHeader-servicerequest-request",
    "ServiceRequest": "https://fhir.nhs.uk/StructureDefinition/BARSServiceRequest-request-referral",
}
_ID = re.compile(r"[A-Za-z0-9.-]{1,64}")
_URI = re.compile(r"[!-~]{1,500}")
_DATE_TIME = re.compile(r"[0-9]{4}(-[0-9]{2}(-[0-9]{2}(T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2}))?)?)?")
# What of a message is repeated in the answer to it, and how FHIR writes that.
_FORMATS = (
    ("MessageHeader", ("source", "endpoint"), _URI, "an address"),
    ("ServiceRequest", ("id",), _ID, "letters, digits, hyphens and full stops, 64 at most"),
    ("ServiceRequest", ("authoredOn",), _DATE_TIME, "a date or a time with its offset"),
    ("ServiceRequest", ("category", "coding", "system"), _URI, "an address"),
    ("ServiceRequest", ("category", "coding", "code"), _URI, "a code without spaces"),
)
_RULES = {Task.NEW: "referral", Task.UPDATE: "referral", Task.CANCEL: "cancellation"}


def check(bundle: Node, *, versions: Sequence[str], use_cases: Sequence[str] = ()) -> Task:
    """Say what a message asks for; RefusedError with the first rule of the standard that it breaks.

    `versions` are the values of Bundle.meta.versionId that are taken, `use_cases` the codes (none given means all).
    """
    if bundle["resourceType"] != "Bundle" or first_text(bundle, "type") != "message":
        raise RefusedError(INVARIANT, "The body must be a FHIR Bundle whose type is message.")
    if first_text(bundle, "meta", "versionId") not in versions:
        raise RefusedError(VERSION, f"Bundle.meta.versionId must be one of {', '.join(versions)}.")
    if first_text(bundle, "id") is None:
        raise RefusedError(REQUIRED, "Bundle.id is missing.")
    _check_header(bundle)
    _check_formats(bundle)
    _check_codes(bundle)
    task = task_of(bundle, use_cases=use_cases)
    _check_counts(bundle, standard().messages[_RULES[task]])
    _check_elements(bundle)
    _check_references(bundle)
    return task


def check_profile(resource: Node, elements: Sequence[Element]) -> None:
    """Hold one resource against a profile; RefusedError names the element."""
    kind = resource["resourceType"]
    for element in elements:
        *above, name = element.path
        path = ".".join((kind, *element.path))
        if element.only_type is not None:
            choice = name.removesuffix(element.only_type)
            parents = [parent for parent in every(resource, *above) if isinstance(parent, dict)]
            if any(key.startswith(choice) and key != name for parent in parents for key in parent):
                raise RefusedError(INVARIANT, f"{path.removesuffix(element.only_type)} must be a {element.only_type}.")
        for parent in every(resource, *above):
            found = list(every(parent, name))
            if len(found) < element.minimum:
                raise RefusedError(REQUIRED, f"{path} is missing.")
            if element.maximum is not None and len(found) > element.maximum:
                raise RefusedError(INVARIANT, f"{path} may occur {element.maximum} times at most.")
            if element.fixed is not None and any(value != element.fixed for value in found):
                raise RefusedError(INVARIANT, f"{path} must be {element.fixed}.")


def _check_header(bundle: Node) -> None:
    entries = list(every(bundle, "entry"))
    if not entries:
        raise RefusedError(REQUIRED, "Bundle.entry is missing.")
    first = next(every(entries[0], "resource"), None)
    if not isinstance(first, dict) or first.get("resourceType") != "MessageHeader":
        raise RefusedError(INVARIANT, "The first resource of a message must be its MessageHeader.")
    urls = [first_text(entry, "fullUrl") for entry in entries]
    if None in urls:
        raise RefusedError(REQUIRED, "Bundle.entry.fullUrl is missing: entries are joined by it.")
    if len(set(urls)) != len(urls):
        raise RefusedError(INVARIANT, "Bundle.entry.fullUrl must be another for every entry.")
    definition = first_text(first, "definition")
    if definition is not None and not definition.startswith("https://fhir.nhs.uk/MessageDefinition/bars-message-"):
        raise RefusedError(UNSUPPORTED_FUNCTION, "MessageHeader.definition names no message of the standard.")


def _check_formats(bundle: Node) -> None:
    if not all(_ID.fullmatch(text) for text in texts(bundle, "id")):
        raise RefusedError(VALUE, "Bundle.id must be letters, digits, hyphens and full stops, 64 at most.")
    if not all(_URI.fullmatch(text) for text in texts(bundle, "entry", "fullUrl")):
        raise RefusedError(VALUE, "Bundle.entry.fullUrl must be an address.")
    for kind, path, pattern, rule in _FORMATS:
        for _, resource in resources(bundle, kind):
            if not all(pattern.fullmatch(text) for text in texts(resource, *path)):
                raise RefusedError(VALUE, f"{kind}.{'.'.join(path)} must be {rule}.")


def _check_codes(bundle: Node) -> None:
    for resource in _all(bundle):
        kind = str(resource["resourceType"])
        for names, codes in (*standard().codes.get(kind, ()), *standard().codes["*"]):
            if any(code not in codes for code in texts(resource, *names)):
                place = ".".join((kind, *names))
                raise RefusedError(VALUE, f"{place} is not one of the codes that FHIR has for it: {', '.join(sorted(codes))}.")
        for coding in _codings(resource):
            system = coding.get("system")
            known = standard().code_systems.get(system) if isinstance(system, str) else None
            if known is not None and any(code not in known for code in texts(coding, "code")):
                raise RefusedError(VALUE, f"A code in the {kind} is not in its code system {system}.")


def _check_counts(bundle: Node, rules: MessageRules) -> None:
    for kind, (least, most) in rules.counts.items():
        number = sum(1 for _ in resources(bundle, kind))
        if number < least:
            raise RefusedError(REQUIRED, f"The message must hold {_number(least)} {kind} or more; it holds {_number(number)}.")
        if most is not None and number > most:
            raise RefusedError(INVARIANT, f"The message may hold {_number(most)} {kind}; it holds {number}.")


def _check_elements(bundle: Node) -> None:
    check_profile(bundle, standard().profiles[BUNDLE_PROFILE])
    for resource in _all(bundle):
        kind = str(resource.get("resourceType"))
        for path in standard().required.get(kind, ()):
            if next(every(resource, *path), None) is None:
                raise RefusedError(REQUIRED, f"{kind}.{'.'.join(path)} is missing.")
        claimed = [profile for profile in texts(resource, "meta", "profile") if profile in standard().profiles]
        usual = [_PROFILES[kind]] if kind in _PROFILES else []
        for profile in claimed or usual:
            check_profile(resource, standard().profiles[profile])


def _check_references(bundle: Node) -> None:
    """Whoever reads the message starts at the focus and follows references by fullUrl."""
    found: dict[str | None, Node] = {
        url: resource for kind in ("ServiceRequest", "Patient") for url, resource in resources(bundle, kind)
    }
    for holder, path, kind in (("MessageHeader", ("focus",), "ServiceRequest"), ("ServiceRequest", ("subject",), "Patient")):
        for _, resource in resources(bundle, holder):
            for reference in texts(resource, *path, "reference"):
                if found.get(reference, {}).get("resourceType") != kind:
                    raise RefusedError(
                        INVARIANT, f"{holder}.{'.'.join(path)}.reference must be the fullUrl of the message's {kind}."
                    )


def _all(bundle: Node) -> Iterator[Node]:
    for resource in every(bundle, "entry", "resource"):
        if isinstance(resource, dict) and isinstance(resource.get("resourceType"), str):
            yield resource


def _codings(node: object) -> Iterator[Node]:
    """Yield whatever within a resource has both a system and a code, however deep."""
    waiting = [node]
    while waiting:
        match waiting.pop():
            case dict() as found:
                if "system" in found and "code" in found:
                    yield found
                waiting.extend(found.values())
            case list() as several:
                waiting.extend(several)


def _number(number: int) -> str:
    return {0: "no", 1: "one", 2: "two"}.get(number, str(number))
