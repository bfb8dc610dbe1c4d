"""What a sender's request over HTTP can come to, beside an answer."""

from enrolment.domain.reason import Reason


class KeyReusedError(ValueError):
    """The Idempotency-Key came before with another body."""

    def __init__(self) -> None:
        super().__init__("This Idempotency-Key came before with another body. Use a new key for a new request.")


class UnreadableRequestError(ValueError):
    """The body can't be read; `reason` names the field and the rule."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.text)
        self.reason = reason
