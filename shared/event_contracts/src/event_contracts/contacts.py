"""How to reach a person: one message per participant, the latest kept. Read by notifications alone."""

from uuid import UUID

from event_contracts.contract import Contract


class Contact(Contract):
    """Where and how a participant may be written to. `allows_*` is what the person agreed to."""

    participant_id: UUID
    sequence: int
    greeting_name: str
    phone: str | None = None
    email: str | None = None
    language: str = "en"
    preferred_channel: str | None = None
    allows_sms: bool = True
    allows_email: bool = True
