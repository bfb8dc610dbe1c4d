"""The AsyncAPI 3.0 document of all events: which channels there are, what goes through them, who sends and who receives."""

import re
from typing import Any

from event_contracts.catalogue import EVENT_TYPES, EventType
from limber_embedded.documents.event_schemas import all_schemas
from limber_embedded.documents.examples import examples

Json = dict[str, Any]

_PARAMETERS: dict[str, Json] = {
    "bucket": {"description": "00 to 63, from the id in ce-subject", "examples": ["00", "63"]},
    "organisation": {
        "description": "The code of the organisation outside, such as a practice's ODS code",
        "examples": ["A81001"],
    },
    "participant_id": {"description": "The participant's id", "location": "$message.payload#/participant_id"},
}
_ATTRIBUTES: dict[str, str] = {
    "ce-specversion": "Always 1.0",
    "ce-id": "The event's id; the sender never uses it for another event",
    "ce-source": "Who says it",
    "ce-type": "The kind of event",
    "ce-time": "When it was said, with an offset from UTC",
    "ce-subject": "The id of the thing that the event is about",
    "ce-datacontenttype": "The body's content type; application/json if left out",
    "ce-sequence": "The version of that thing: a reader applies what is newer than what it has",
    "ce-causationid": "The id of the event that led to this one",
    "ce-correlationid": "The id of the event that all this began with",
}
_REQUIRED = ["ce-specversion", "ce-id", "ce-source", "ce-type"]
_BARS = "An NHS Booking and Referral Standard message Bundle: a request that refers somebody, or takes a referral back"


def document() -> Json:
    """Return the document, generated from the catalogue and the published examples."""
    return {
        "asyncapi": "3.0.0",
        "id": "urn:limber:events",
        "info": {
            "title": "Limber's events",
            "version": "1.0.0",
            "description": "The facts that Limber's services tell each other and hear from outside: CloudEvents 1.0 over NATS"
            " JetStream, attributes in headers (binary mode). On INTAKE the whole event as JSON (structured mode) is taken too.",
        },
        "defaultContentType": "application/json",
        "channels": {one.type: _channel(one) for one in EVENT_TYPES},
        "operations": dict(pair for one in EVENT_TYPES for pair in _operations(one)),
        "components": {
            "messages": {name: message for one in EVENT_TYPES for name, message in _messages(one).items()},
            "messageTraits": {"binaryMode": {"headers": _binary_mode_headers()}},
            "schemas": all_schemas(ref_template="#/components/schemas/{model}"),
        },
    }


def _channel(one: EventType) -> Json:
    parameters = re.findall(r"\{(\w+)\}", one.subject)
    return {
        "address": one.subject,
        "title": one.type,
        "description": one.meaning,
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in _messages(one)},
        **({"parameters": {name: _PARAMETERS[name] for name in parameters}} if parameters else {}),
        "x-stream": one.stream,
    }


def _operations(one: EventType) -> list[tuple[str, Json]]:
    roles = [("sends", "send", one.publisher), *(("receives", "receive", reader) for reader in one.readers)]
    return [
        (
            f"{_slug(who)}.{verb}.{one.type}",
            {
                "action": action,
                "channel": {"$ref": f"#/channels/{one.type}"},
                "summary": f"{who[0].upper()}{who[1:]} {verb}: {one.meaning[0].lower()}{one.meaning[1:]}",
                "messages": [{"$ref": f"#/channels/{one.type}/messages/{name}"} for name in _messages(one)],
            },
        )
        for verb, action, who in roles
    ]


def _slug(who: str) -> str:
    return re.sub(r"^(a|an|the) ", "", who).replace(" ", "-").lower()


def _messages(one: EventType) -> dict[str, Json]:
    messages = {_message_name(one, content_type): _message(one, content_type) for content_type in one.content_types}
    if one.stream == "INTAKE":
        messages[f"{one.type}.structured"] = _structured_message(one)
    return messages


def _message_name(one: EventType, content_type: str) -> str:
    kind = content_type.removeprefix("application/")
    return one.type if kind == "json" else f"{one.type}.{kind.replace('+', '-')}"


def _message(one: EventType, content_type: str) -> Json:
    payload: Json = {"$ref": f"#/components/schemas/{one.model.__name__}"}
    if content_type == "application/fhir+json":
        payload = {
            "type": "object",
            "description": _BARS,
            "required": ["resourceType"],
            "properties": {"resourceType": {"type": "string", "const": "Bundle"}},
        }
    if content_type == "application/fhir+xml":
        payload = {"type": "string", "description": f"{_BARS}, as XML"}
    shown = [
        {"name": example.name, "payload": example.body.decode() if content_type.endswith("xml") else example.value}
        for example in examples()
        if (example.event_type, example.content_type) == (one.type, content_type)
    ]
    return {
        "name": one.type,
        "title": one.meaning,
        "contentType": content_type,
        "payload": payload,
        "traits": [{"$ref": "#/components/messageTraits/binaryMode"}],
        **({"examples": shown} if shown else {}),
    }


def _structured_message(one: EventType) -> Json:
    attributes = {
        name.removeprefix("ce-"): {"type": "string", "description": meaning}
        for name, meaning in _ATTRIBUTES.items()
        if name.removeprefix("ce-") not in {"sequence", "causationid", "correlationid"}
    }
    return {
        "name": one.type,
        "title": f"{one.meaning} (structured mode)",
        "contentType": "application/cloudevents+json",
        "headers": {
            "type": "object",
            "required": ["Content-Type"],
            "properties": {"Content-Type": {"type": "string", "const": "application/cloudevents+json"}},
        },
        "payload": {
            "type": "object",
            "required": [name.removeprefix("ce-") for name in _REQUIRED],
            "properties": attributes
            | {
                "data": {"description": "The body: an object for JSON, text for XML"},
                "data_base64": {"type": "string", "contentEncoding": "base64", "description": "The body, instead of data"},
            },
        },
    }


def _binary_mode_headers() -> Json:
    return {
        "type": "object",
        "required": _REQUIRED,
        "properties": {name: {"type": "string", "description": meaning} for name, meaning in _ATTRIBUTES.items()},
    }
