"""The published examples of events: they are kept for ever, because somebody may have built on them."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from limber_embedded.checkout import CHECKOUT

EXAMPLES = CHECKOUT / "shared" / "event_contracts" / "examples"
RECORD = EXAMPLES / "published.sha256"
_CONTENT_TYPES = {".fhir.json": "application/fhir+json", ".fhir.xml": "application/fhir+xml", ".json": "application/json"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One file: the body of one event."""

    event_type: str
    name: str
    content_type: str
    path: Path

    @property
    def body(self) -> bytes:
        return self.path.read_bytes()

    @property
    def value(self) -> Any:
        """Of one whose content type is JSON."""
        return json.loads(self.body)

    @property
    def line(self) -> str:
        """Its line in the record of what was published."""
        return f"{hashlib.sha256(self.body).hexdigest()}  {self.event_type}/{self.path.name}"


def examples(folder: Path = EXAMPLES) -> list[Example]:
    """Return all of them, in the order of their names."""
    return [_example(path) for path in sorted(folder.glob("*/*"))]


def record(folder: Path = EXAMPLES) -> str:
    """Return the record with the new examples added; a line that is there stays, so that a lost or changed example shows."""
    path = folder / RECORD.name
    lines = path.read_text().splitlines() if path.exists() else []
    names = {line.split("  ")[1] for line in lines}
    new = [one.line for one in examples(folder) if f"{one.event_type}/{one.path.name}" not in names]
    return "\n".join(sorted([*lines, *new], key=lambda line: line.split("  ")[1])) + "\n"


def broken_promises(folder: Path = EXAMPLES) -> list[str]:
    """Return the published examples that are no longer what they were."""
    kept = {one.line for one in examples(folder)}
    return [
        f"{line.split('  ')[1]} was published and must stay as it was: add another example instead"
        for line in record(folder).splitlines()
        if line not in kept
    ]


def _example(path: Path) -> Example:
    suffix = next((suffix for suffix in _CONTENT_TYPES if path.name.endswith(suffix)), None)
    if suffix is None:
        raise ValueError(f"{path.name} must end with {', '.join(_CONTENT_TYPES)}")
    return Example(
        event_type=path.parent.name, name=path.name.removesuffix(suffix), content_type=_CONTENT_TYPES[suffix], path=path
    )
