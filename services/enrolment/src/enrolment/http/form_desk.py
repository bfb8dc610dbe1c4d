"""What the pages of the form need done."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from enrolment.domain.confirmations import Confirmation
from enrolment.domain.form.draft import Draft
from enrolment.domain.form.fields import Answer
from enrolment.domain.nominations import Nomination
from enrolment.use_cases.confirm_contact import Said


class FormDesk(Protocol):
    """Keeps what was answered; see `channels.self_referral.desk`."""

    async def begin(self, *, programme: str, language: str) -> str:
        """Begin a self-referral; return the token of its cookie."""

    async def nomination_of(self, token: str) -> Nomination | None:
        """Return the nomination that a link opens, if it still does."""

    async def begin_nomination(self, token: str, *, language: str) -> str | None:
        """Begin to complete a nomination; None if its link no longer opens."""

    async def draft(self, token: str) -> Draft | None:
        """Return the draft of a cookie's token, unless its time is over."""

    async def answer(self, token: str, slug: str, answers: Mapping[str, Answer], names: Sequence[str]) -> Draft | None:
        """Keep the answers of one page."""

    async def forget(self, token: str) -> None:
        """Delete the draft with all its answers."""

    async def knows_poster(self, code: str) -> bool:
        """Return whether there is such a poster."""

    async def send_code(self, token: str) -> Draft | None:
        """Send a code; where the address is proven already, send the form. TooManyCodesError."""

    async def confirm(self, token: str, code: str) -> Said:
        """Hold a code against the one that was sent."""

    async def link_works(self, token: str) -> str | None:
        """Return the language of whoever a link asks to confirm, or None if it no longer works."""

    async def confirm_by_link(self, token: str) -> Draft | Confirmation | None:
        """Confirm by the link that was sent; return the form or the new address that was confirmed."""
