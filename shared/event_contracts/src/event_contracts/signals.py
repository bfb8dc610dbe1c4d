"""Signals of the NHS's Multicast Notification Service, in the FHIR form in which subscribers get them.

The names are FHIR's. Only what Limber reads is here; there is much more in a signal.
"""

from datetime import datetime

from pydantic import Field

from event_contracts.contract import Contract


class SignalIdentifier(Contract):
    """An identifier: in these signals the NHS number of the person."""

    value: str = Field(max_length=20)


class SignalReference(Contract):
    """What a part of a signal points to."""

    reference: str | None = Field(default=None, max_length=500)
    identifier: SignalIdentifier | None = None


class SignalPart(Contract):
    """A part of a parameter: `event-type` and `subject` are read."""

    name: str = Field(max_length=100)
    valueString: str | None = Field(default=None, max_length=200)  # noqa: N815 - FHIR's name
    valueReference: SignalReference | None = None  # noqa: N815 - FHIR's name


class SignalParameter(Contract):
    """A parameter of a signal: `additional-context` says what happened to whom."""

    name: str = Field(max_length=100)
    part: list[SignalPart] = Field(default_factory=list, max_length=20)


class SignalParameters(Contract):
    """What a signal says."""

    parameter: list[SignalParameter] = Field(min_length=1, max_length=20)


class SignalEntry(Contract):
    """The signal within its Bundle."""

    resource: SignalParameters


class Signal(Contract):
    """A Bundle of the type history, whose first entry is the signal."""

    id: str = Field(max_length=128)
    type: str
    timestamp: datetime
    entry: list[SignalEntry] = Field(min_length=1, max_length=2)
