"""Every document that is generated, and where it lies."""

import json
from collections.abc import Mapping, Sequence
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
    return _names(wrong(documents(), folders=(SCHEMAS, OPENAPI)))


def wrong(wanted: Mapping[Path, str], *, folders: Sequence[Path]) -> list[Path]:
    """Return the files that lack or differ from what is wanted, and the JSON files of the folders that nobody wants."""
    differing = [path for path, text in wanted.items() if not path.exists() or path.read_text() != text]
    left_over = [path for folder in folders for path in folder.glob("*.json") if path not in wanted]
    return sorted([*differing, *left_over])


def write() -> list[str]:
    """Write what `stale` names, and return it."""
    wanted = documents()
    changed = wrong(wanted, folders=(SCHEMAS, OPENAPI))
    for path in changed:
        if path in wanted:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(wanted[path])
        else:
            path.unlink()
    return _names(changed)


def _names(paths: Sequence[Path]) -> list[str]:
    return [str(path.relative_to(CHECKOUT)) for path in paths]


def _text(document: dict[str, Any]) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"
