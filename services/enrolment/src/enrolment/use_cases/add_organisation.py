"""An organisation is known by its name."""

from typing import Protocol

from enrolment.use_cases.known import Sender


class Organisations(Protocol):
    """The organisations that send."""

    async def add_organisation(self, sender: Sender, *, name: str) -> None:
        """Know an organisation by name, or by a new name."""


async def add_organisation(sender: Sender, *, name: str, organisations: Organisations) -> None:
    """Name an organisation; again with another name renames it. It needs no name to send: the broker vouches for its code."""
    await organisations.add_organisation(sender, name=name.strip())
