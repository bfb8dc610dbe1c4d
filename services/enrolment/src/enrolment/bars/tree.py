"""FHIR bundles in JSON or XML, read as one kind of tree.

Both become plain dicts in the shape of FHIR's JSON, in which an element that may repeat is a list or, if it occurred once in XML,
a single value; `every` hides the difference. Only reading: nothing is validated that isn't asked for.
"""

import json
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from service_kit.envelope import UnreadableError

FHIR_NAMESPACE = "{http://hl7.org/fhir}"
DEEPEST = 40
_MAX_TEXT = 500

Node = dict[str, Any]


def bundle_from_json(body: bytes) -> Node:
    """Read a JSON resource; UnreadableError if it isn't JSON, is nested too deeply, or is no FHIR resource."""
    try:
        node = json.loads(body)
    except (ValueError, RecursionError):
        raise UnreadableError("The body is not valid JSON.") from None
    if not isinstance(node, dict) or not isinstance(node.get("resourceType"), str):
        raise UnreadableError("The body is not a FHIR resource: it has no resourceType.", field="resourceType")
    return node


def bundle_from_xml(body: bytes) -> Node:
    """Read an XML resource without entities, external documents or DTDs; UnreadableError if that can't be."""
    try:
        root = fromstring(body, forbid_dtd=True)
    except DefusedXmlException:
        raise UnreadableError("The XML holds a document type, an entity or an external reference; none is allowed.") from None
    except (ParseError, ValueError, LookupError):
        raise UnreadableError("The body is not well-formed XML.") from None
    if not root.tag.startswith(FHIR_NAMESPACE):
        raise UnreadableError("The XML is not in FHIR's namespace, http://hl7.org/fhir.")
    return {"resourceType": root.tag[len(FHIR_NAMESPACE) :], **_children(root, 0)}


def every(node: object, *path: str) -> Iterator[Any]:
    """Yield every value that a path of element names leads to, through lists."""
    if isinstance(node, list):
        for item in node:
            yield from every(item, *path)
    elif not path:
        if node is not None:
            yield node
    elif isinstance(node, dict):
        yield from every(node.get(path[0]), *path[1:])


def texts(node: object, *path: str) -> Iterator[str]:
    """Yield the non-empty texts that a path leads to; what isn't text, or can't be stored as text, is unreadable."""
    for value in every(node, *path):
        if not isinstance(value, str) or not _is_storable(value):
            field = ".".join(path)
            raise UnreadableError(f"The field {field} is wrong: it must be text.", field=field)
        if value.strip():
            yield value.strip()


def first_text(node: object, *path: str) -> str | None:
    """Return the first text that a path leads to, or None."""
    return next(texts(node, *path), None)


def resources(bundle: Node, kind: str) -> Iterator[tuple[str | None, Node]]:
    """Yield each resource of a kind in the bundle's entries, with the entry's fullUrl."""
    for entry in every(bundle, "entry"):
        resource = next(every(entry, "resource"), None)
        if isinstance(resource, dict) and resource.get("resourceType") == kind:
            yield first_text(entry, "fullUrl"), resource


def _children(element: Element, depth: int) -> Node:
    if depth > DEEPEST:
        raise UnreadableError("The XML is nested too deeply.")
    node: Node = {}
    for child in element:
        if not isinstance(child.tag, str) or not child.tag.startswith(FHIR_NAMESPACE):
            continue  # the XHTML of a narrative
        name = child.tag[len(FHIR_NAMESPACE) :]
        value = _value(child, depth + 1)
        if name not in node:
            node[name] = value
        elif isinstance(node[name], list):
            node[name].append(value)
        else:
            node[name] = [node[name], value]
    if "url" in element.attrib:
        node["url"] = element.attrib["url"]  # an extension's
    return node


def _value(element: Element, depth: int) -> Any:
    if "value" in element.attrib:
        return element.attrib["value"]
    if element.tag in {f"{FHIR_NAMESPACE}resource", f"{FHIR_NAMESPACE}contained"} and len(element):
        inner = element[0]
        if isinstance(inner.tag, str) and inner.tag.startswith(FHIR_NAMESPACE):
            return {"resourceType": inner.tag[len(FHIR_NAMESPACE) :], **_children(inner, depth + 1)}
    return _children(element, depth)


def _is_storable(text: str) -> bool:
    try:
        return b"\x00" not in text.encode()
    except UnicodeEncodeError:
        return False


def codes(resource: Node, system: str, *path: str) -> Iterator[str]:
    """Yield the codes of one code system in a CodeableConcept."""
    for coding in every(resource, *path, "coding"):
        if first_text(coding, "system") == system:
            yield from texts(coding, "code")


def day(resource: Node, kind: str, name: str) -> date | None:
    """Return the day of an element, if it is there; UnreadableError for what is no full date."""
    text = first_text(resource, name)
    if text is None:
        return None
    try:
        return date.fromisoformat(text) if len(text) == len("2026-11-30") else datetime.fromisoformat(text).date()
    except ValueError:
        raise UnreadableError(f"The field {kind}.{name} is not a full date.", field=f"{kind}.{name}") from None


def short(text: str) -> str:
    """Return a text as far as we keep one."""
    return text[:_MAX_TEXT]
