"""The service's settings, from the environment (`LIMBER_…`)."""

from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationInfo, field_validator

from service_kit.settings import ServiceSettings


class Settings(ServiceSettings):
    """Which provider carries each channel, and how to reach it.

    `local` ends in the mailbox of this service, for trying and testing; a channel with `none` isn't used. Whoever sends a
    message has `sending_lease_seconds` to say what became of it before somebody else settles it; a provider has
    `provider_timeout_seconds` for one message.
    """

    http_port: int = 8004
    sms_provider: Literal["local", "none"] = Field(default="local", validate_default=True)
    email_provider: Literal["local", "smtp", "none"] = Field(default="local", validate_default=True)
    mailbox_smtp_port: int = Field(default=2525, ge=0, le=65535)
    smtp_host: str = "localhost"
    smtp_port: int = 587
    smtp_user: str | None = None
    smtp_password_file: Path | None = None
    smtp_start_tls: bool | None = None
    email_sender: str = Field(default="limber@example.org", pattern=r"^[!-?A-~]+@[A-Za-z0-9.-]+$")
    email_sender_name: str = Field(default="Limber", pattern=r"^[^\r\n\x00]*$")
    sending_lease_seconds: float = Field(default=20, gt=0)
    provider_timeout_seconds: float = Field(default=8, gt=0)
    portion: int = Field(default=250, ge=1)

    @field_validator("sms_provider", "email_provider")
    @classmethod
    def _not_local_in_production(cls, value: str, info: ValidationInfo) -> str:
        if value == "local" and info.data.get("environment") == "production":
            msg = "the local provider reaches nobody, so it is refused in production; name another or none"
            raise ValueError(msg)
        return value

    @field_validator("provider_timeout_seconds")
    @classmethod
    def _within_the_lease(cls, value: float, info: ValidationInfo) -> float:
        # A message is begun in the first half of the lease and must be over before the second half ends.
        lease = info.data.get("sending_lease_seconds")
        if lease is not None and value > lease / 2:
            msg = "it must not be longer than half of LIMBER_SENDING_LEASE_SECONDS"
            raise ValueError(msg)
        return value

    def smtp_password(self) -> str | None:
        """Return the password for the SMTP server."""
        return self.smtp_password_file.read_text().strip() if self.smtp_password_file else None
