"""Every document that is generated, and where it lies."""

import json
from pathlib import Path
from typing import Any

from event_contracts.catalogue import EVENT_TYPES
from limber_embedded.checkout import CHECKOUT
from limber_embedded.documents import asyncapi, openapi
from limber_embedded.documents.event_schemas import schema_of
from limber_embedded.documents.event_table import with_event_table
from limber_embedded.documents.examples import RECORD, record

SCHEMAS = CHECKOUT / "docs" / "events" / "schemas"
ASYNCAPI = CHECKOUT / "docs" / "events" / "asyncapi.json"
OPENAPI = CHECKOUT / "docs" / "http"
README = CHECKOUT / "README.md"


def documents() -> dict[Path, str]:
    """Return what each file ought to hold."""
    return {
        **{SCHEMAS / f"{one.type}.json": _text(schema_of(one)) for one in EVENT_TYPES},
        ASYNCAPI: _text(asyncapi.document()),
        **{OPENAPI / f"{service}.openapi.json": text for service, text in openapi.documents().items()},
        RECORD: record(),
        README: with_event_table(README.read_text()),
    }


def stale() -> list[str]:
    """Return the files that don't hold what they ought to, and those that nothing writes any more."""
    wanted = documents()
    wrong = [path for path, text in wanted.items() if not path.exists() or path.read_text() != text]
    left_over = [path for folder in (SCHEMAS, OPENAPI) for path in folder.glob("*.json") if path not in wanted]
    return [str(path.relative_to(CHECKOUT)) for path in sorted([*wrong, *left_over])]


def write() -> list[str]:
    """Write what `stale` names, and return it."""
    wanted = documents()
    changed = stale()
    for path, text in wanted.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    for name in changed:
        if CHECKOUT / name not in wanted:
            (CHECKOUT / name).unlink()
    return changed


def _text(document: dict[str, Any]) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"
