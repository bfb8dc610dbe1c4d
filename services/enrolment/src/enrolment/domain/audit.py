"""Who did what to whom and when, without any detail by which a person could be found."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from uuid import UUID

STAFF = "staff"
ORGANISATION = "organisation"
PERSON = "person"
SYSTEM = "system"


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Somebody who does something. `kind` is staff, organisation, person or system.

    `name` is that of a member of staff, `gp.A81001` of an organisation, and never that of a participant: they are "the person".
    """

    kind: str
    name: str
    role: str | None = None


THE_PERSON = Actor(kind=PERSON, name="the person")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One deed. `deed` is a code; `about` is the id of what it was done to, beside the person.

    `details` are ids, codes and names of fields, never a participant's name, number, address or words.
    """

    at: datetime
    actor: Actor
    deed: str
    participant_id: UUID | None = None
    about: str | None = None
    details: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))
