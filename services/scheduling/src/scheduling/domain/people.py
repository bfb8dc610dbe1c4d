"""Who a participant is to the staff in the room."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A name for the register, and whom to ring in an emergency."""

    participant_id: UUID
    sequence: int
    display_name: str
    emergency_contact_name: str | None
    emergency_contact_phone: str | None
