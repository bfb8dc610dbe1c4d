"""What a handler answers about one event."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Done:
    """The event had its effect, or is known to need none."""


@dataclass(frozen=True, slots=True)
class NotYet:
    """Something that the event needs isn't known yet: it is held and tried again for 24 hours. `reason` is a code."""

    reason: str


Result = Done | NotYet
