"""Who a participant is to the staff in the room: one message per participant. Read by scheduling and outcomes."""

from uuid import UUID

from event_contracts.contract import Contract


class Person(Contract):
    """The name on a register and whom to ring in an emergency."""

    participant_id: UUID
    sequence: int
    display_name: str
    emergency_contact_name: str | None = None
    emergency_contact_phone: str | None = None
