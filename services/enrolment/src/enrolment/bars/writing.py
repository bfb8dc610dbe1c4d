"""FHIR resources that we made, as text: JSON, or XML, whose elements come in the order in which they were made."""

import json
from typing import Any
from xml.etree.ElementTree import Element, SubElement, tostring

JSON = "application/fhir+json"
XML = "application/fhir+xml"
_NAMESPACE = "http://hl7.org/fhir"
_HOLDS_RESOURCE = frozenset({"resource", "contained"})


def write(resource: dict[str, Any], media_type: str) -> bytes:
    """Return the resource in one of the two formats, in UTF-8."""
    if media_type != XML:
        return json.dumps(resource, ensure_ascii=False).encode()
    root = Element(str(resource["resourceType"]), {"xmlns": _NAMESPACE})
    _fill(root, resource)
    text: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return text


def _fill(parent: Element, values: dict[str, Any]) -> None:
    for name, value in values.items():
        if name == "resourceType":
            continue
        for each in value if isinstance(value, list) else [value]:
            child = SubElement(parent, name)
            if not isinstance(each, dict):
                child.set("value", str(each).lower() if isinstance(each, bool) else str(each))
            elif name in _HOLDS_RESOURCE:
                _fill(SubElement(child, str(each["resourceType"])), each)
            else:
                _fill(child, each)
