"""CloudEvents 1.0 over NATS (protocol binding draft 1.0.3): binary mode both ways, structured mode when reading."""

import base64
import binascii
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar
from urllib.parse import quote, unquote

from pydantic import BaseModel, ValidationError

STRUCTURED_CONTENT_TYPE = "application/cloudevents+json"
REQUIRED_ATTRIBUTES = ("specversion", "id", "source", "type")
MAX_ATTRIBUTE_LENGTH = 256
MAX_DATAREF_LENGTH = 2048
_KEPT_ATTRIBUTES = frozenset({*REQUIRED_ATTRIBUTES, "subject", "datacontenttype", "correlationid", "causationid"})
_REPLACEMENT_CHARACTER = "\ufffd"
# U+0021 to U+007E without the double quote and the percent sign pass as they are; the binding has the rest percent-encoded.
_SAFE_IN_HEADERS = "!#$&'()*+,-./:;<=>?@[]\\^_`{|}~"
_NEEDS_NO_ENCODING = re.compile(r"[A-Za-z0-9!#$&'()*+,\-./:;<=>?@\[\]\\^_`{|}~]*")
_PRINTABLE_ASCII = re.compile(r"[\x21-\x7e]+")

M = TypeVar("M", bound=BaseModel)


class UnreadableError(ValueError):
    """The message can never be understood, however often it is tried. `reason` is a sentence without any value in it."""

    def __init__(self, reason: str, *, field: str | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.field = field


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A CloudEvent as received. `subject` is the id of the aggregate it is about, `sequence` that aggregate's version.

    `dataref` is the standard's extension for data that is elsewhere: where it can be fetched.
    """

    id: str
    source: str
    type: str
    time: datetime | None
    subject: str | None
    content_type: str
    data: bytes
    sequence: int | None = None
    correlation_id: str | None = None
    causation_id: str | None = None
    dataref: str | None = None
    nats_subject: str


def read_event(*, nats_subject: str, headers: Mapping[str, str] | None, body: bytes) -> Event:
    """Read one message in binary or structured mode; UnreadableError names the attribute and the rule it broke."""
    lowered = {name.lower(): value for name, value in (headers or {}).items()}
    content_type = lowered.get("content-type", "")
    if content_type.split(";")[0].strip().lower() == STRUCTURED_CONTENT_TYPE:
        attributes, data = _structured(body)
    else:
        attributes = {name[3:]: _decoded(name[3:], value) for name, value in lowered.items() if name.startswith("ce-")}
        attributes.setdefault("datacontenttype", content_type or "application/json")
        data = body
    return _event(attributes, data, nats_subject)


def headers_of(event: Event) -> dict[str, str]:
    """Return the binary-mode headers; `Nats-Msg-Id` makes a repeated publish within the broker's window harmless."""
    attributes = {
        "specversion": "1.0",
        "id": event.id,
        "source": event.source,
        "type": event.type,
        "time": event.time.astimezone(UTC).isoformat().replace("+00:00", "Z") if event.time else None,
        "subject": event.subject,
        "datacontenttype": event.content_type,
        "sequence": None if event.sequence is None else str(event.sequence),
        "correlationid": event.correlation_id,
        "causationid": event.causation_id,
    }
    headers = {f"ce-{name}": _encoded(value) for name, value in attributes.items() if value is not None}
    return headers | {"Nats-Msg-Id": event.id}


def read_model(event: Event, model: type[M]) -> M:
    """Read the event's JSON body as `model`; UnreadableError names the first field that is wrong and the rule."""
    try:
        return model.model_validate_json(event.data)
    except ValidationError as error:
        first = error.errors(include_input=False, include_context=False, include_url=False)[0]
        if first["type"] == "json_invalid":
            raise UnreadableError("The body is not valid JSON.") from None
        field = ".".join(str(part) for part in first["loc"]) or None
        where = f"The field {field} is wrong" if field else "The body is wrong"
        raise UnreadableError(f"{where}: {first['msg'][0].lower()}{first['msg'][1:]}.", field=field) from None


def _encoded(value: str) -> str:
    return value if _NEEDS_NO_ENCODING.fullmatch(value) else quote(value, safe=_SAFE_IN_HEADERS)


def _structured(body: bytes) -> tuple[dict[str, str], bytes]:
    try:
        envelope: Any = json.loads(body)
    except (UnicodeDecodeError, ValueError):
        raise UnreadableError("The structured event is not valid JSON.") from None
    if not isinstance(envelope, dict):
        raise UnreadableError("The structured event is not a JSON object.")
    attributes = {
        name: str(value) for name, value in envelope.items() if name not in {"data", "data_base64"} and value is not None
    }
    attributes.setdefault("datacontenttype", "application/json")
    if "data_base64" in envelope:
        try:
            return attributes, base64.b64decode(str(envelope["data_base64"]), validate=True)
        except binascii.Error:
            raise UnreadableError("The attribute data_base64 is not base64.", field="data_base64") from None
    data = envelope.get("data")
    if isinstance(data, str) and "json" not in attributes["datacontenttype"]:
        return attributes, data.encode()
    return attributes, json.dumps(data).encode()


def _decoded(name: str, value: str) -> str:
    if _REPLACEMENT_CHARACTER in value:
        raise UnreadableError(f"The attribute {name} is not valid UTF-8.", field=name)
    if "%" not in value:
        return value
    try:
        return unquote(value, errors="strict")
    except UnicodeDecodeError:
        raise UnreadableError(f"The attribute {name} is not valid UTF-8.", field=name) from None


def _event(attributes: Mapping[str, str], data: bytes, nats_subject: str) -> Event:
    for name in REQUIRED_ATTRIBUTES:
        value = attributes.get(name, "")
        if not value:
            raise UnreadableError(f"The required attribute {name} is missing.", field=name)
    for name in _KEPT_ATTRIBUTES & attributes.keys():
        if len(attributes[name]) > MAX_ATTRIBUTE_LENGTH:
            raise UnreadableError(f"The attribute {name} is longer than {MAX_ATTRIBUTE_LENGTH} characters.", field=name)
        # Control characters and lone surrogates can't be stored, and an event that can't be would come back for ever.
        if not attributes[name].isprintable():
            raise UnreadableError(f"The attribute {name} must be printable text.", field=name)
    dataref = attributes.get("dataref")
    if dataref is not None and (len(dataref) > MAX_DATAREF_LENGTH or not dataref.isprintable()):
        rule = f"must be printable text of {MAX_DATAREF_LENGTH} characters at most"
        raise UnreadableError(f"The attribute dataref {rule}.", field="dataref")
    if attributes["specversion"] != "1.0":
        raise UnreadableError("The attribute specversion must be 1.0.", field="specversion")
    if not _PRINTABLE_ASCII.fullmatch(attributes["id"]):
        raise UnreadableError("The attribute id must be printable ASCII without spaces.", field="id")
    sequence = attributes.get("sequence")
    if sequence is not None and not (sequence.isascii() and sequence.isdecimal()):
        raise UnreadableError("The attribute sequence must be a whole number.", field="sequence")
    return Event(
        id=attributes["id"],
        source=attributes["source"],
        type=attributes["type"],
        time=_time(attributes.get("time")),
        subject=attributes.get("subject"),
        content_type=attributes["datacontenttype"].split(";")[0].strip().lower(),
        data=data,
        sequence=None if sequence is None else int(sequence),
        correlation_id=attributes.get("correlationid"),
        causation_id=attributes.get("causationid"),
        dataref=dataref,
        nats_subject=nats_subject,
    )


def _time(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        raise UnreadableError("The attribute time must be an RFC 3339 time.", field="time") from None
    if time.tzinfo is None:
        raise UnreadableError("The attribute time must have an offset from UTC.", field="time")
    return time
