"""JSON Schemas of the events' bodies, with the codes that the catalogue knows of."""

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic.json_schema import models_json_schema

from event_contracts.catalogue import EVENT_TYPES, EventType

Json = dict[str, Any]

DIALECT = "https://json-schema.org/draft/2020-12/schema"


class UnknownCodeFieldError(ValueError):
    """The catalogue lists codes of a field that the contract doesn't have."""


def schema_of(event_type: EventType) -> Json:
    """Return the schema of one type's JSON body, for readers: what has a default may be missing, and unknown fields may come."""
    own = _schemas([event_type], ref_template="#/$defs/{model}")
    body = own.pop(event_type.model.__name__)
    named = {"$schema": DIALECT, "$id": f"urn:limber:event:{event_type.type}", **body, "title": event_type.type}
    return (
        named | {"description": f"{event_type.meaning}. {body.get('description', '')}".strip()} | ({"$defs": own} if own else {})
    )


def all_schemas(*, ref_template: str) -> Json:
    """Return the schema of every contract and of its parts, by class name."""
    return _schemas(EVENT_TYPES, ref_template=ref_template)


def _schemas(event_types: Iterable[EventType], *, ref_template: str) -> Json:
    chosen = tuple(event_types)
    _, document = models_json_schema([(one.model, "validation") for one in chosen], ref_template=ref_template)
    schemas: Json = document["$defs"]
    for one in chosen:
        for path, codes in one.codes.items():
            _note_codes(schemas, one.model.__name__, path, codes)
    return dict(sorted(schemas.items()))


def _note_codes(schemas: Mapping[str, Json], name: str, path: str, codes: tuple[str, ...]) -> None:
    first, _, rest = path.partition(".")
    field = schemas[name].get("properties", {}).get(first)
    if field is None:
        raise UnknownCodeFieldError(f"{name} has no field {first}, and the catalogue lists codes for it")
    if rest:
        _note_codes(schemas, _part(field), rest, codes)
    else:
        field["x-codes"] = list(codes)
        field["description"] = f"Known codes: {', '.join(codes)}. A reader must expect others."


def _part(field: Json) -> str:
    """The class name that a field, or each item of a list, refers to."""
    reference = field.get("$ref") or field.get("items", {}).get("$ref") or ""
    return str(reference).rpartition("/")[2]
