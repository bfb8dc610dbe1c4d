"""The service's settings, from the environment (`LIMBER_…`)."""

from pathlib import Path
from typing import Literal, Self
from uuid import UUID

from pydantic import Field, ValidationInfo, field_validator, model_validator

from service_kit.settings import ServiceSettings


class Settings(ServiceSettings):
    """Which provider carries each channel, and how to reach it.

    `local` ends in the mailbox of this service, for trying and testing; a channel with `none` isn't used. The second SMS provider
    carries what the first can't take while it is down: another service that speaks GOV.UK Notify's interface. Whoever sends a
    message has `sending_lease_seconds` to say what became of it before somebody else settles it; a provider has
    `provider_timeout_seconds` for one message. A provider that took nothing for `provider_down_seconds` and
    `provider_down_failures` messages in a row is left alone for `provider_left_alone_seconds`.
    """

    http_port: int = 8004
    sms_provider: Literal["local", "govuk-notify", "none"] = Field(default="local", validate_default=True)
    sms_second_provider: Literal["govuk-notify", "none"] = "none"
    email_provider: Literal["local", "smtp", "govuk-notify", "none"] = Field(default="local", validate_default=True)
    mailbox_smtp_port: int = Field(default=2525, ge=0, le=65535)
    smtp_host: str = "localhost"
    smtp_port: int = 587
    smtp_user: str | None = None
    smtp_password_file: Path | None = None
    smtp_start_tls: bool | None = None
    email_sender: str = Field(default="limber@example.org", pattern=r"^[!-?A-~]+@[A-Za-z0-9.-]+$")
    email_sender_name: str = Field(default="Limber", pattern=r"^[^\r\n\x00]*$")
    notify_base_url: str = Field(default="https://api.notifications.service.gov.uk", pattern=r"^https?://[^/\s]+$")
    notify_api_key_file: Path | None = None
    notify_sms_template: UUID | None = None
    notify_email_template: UUID | None = None
    notify_per_minute: int = Field(default=3000, ge=60)
    notify_at_once: int = Field(default=50, ge=1)
    notify_callback_token_file: Path | None = None
    second_notify_callback_token_file: Path | None = None
    second_notify_base_url: str = Field(default="https://api.notifications.service.gov.uk", pattern=r"^https?://[^/\s]+$")
    second_notify_api_key_file: Path | None = None
    second_notify_sms_template: UUID | None = None
    sending_lease_seconds: float = Field(default=20, gt=0)
    provider_timeout_seconds: float = Field(default=8, gt=0)
    provider_down_seconds: float = Field(default=60, gt=0)
    provider_down_failures: int = Field(default=5, ge=1)
    provider_left_alone_seconds: float = Field(default=120, gt=0)
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

    @model_validator(mode="after")
    def _notify_is_complete(self) -> Self:
        wanted = {
            "LIMBER_NOTIFY_API_KEY_FILE": (self.notify_api_key_file, "govuk-notify" in (self.sms_provider, self.email_provider)),
            "LIMBER_NOTIFY_SMS_TEMPLATE": (self.notify_sms_template, self.sms_provider == "govuk-notify"),
            "LIMBER_NOTIFY_EMAIL_TEMPLATE": (self.notify_email_template, self.email_provider == "govuk-notify"),
            "LIMBER_SECOND_NOTIFY_API_KEY_FILE": (self.second_notify_api_key_file, self.sms_second_provider == "govuk-notify"),
            "LIMBER_SECOND_NOTIFY_SMS_TEMPLATE": (self.second_notify_sms_template, self.sms_second_provider == "govuk-notify"),
        }
        missing = [name for name, (value, needed) in wanted.items() if needed and value is None]
        if missing:
            msg = f"the provider govuk-notify needs {' and '.join(missing)}"
            raise ValueError(msg)
        if self.sms_second_provider != "none" and self.sms_provider == "none":
            msg = "there is no second SMS provider without a first: name LIMBER_SMS_PROVIDER"
            raise ValueError(msg)
        return self

    def callback_tokens(self) -> dict[str, str]:
        """Return the bearer token that each provider posts to us with, by its name in the address."""
        files = {"govuk-notify": self.notify_callback_token_file, "second-notify": self.second_notify_callback_token_file}
        return {provider: file.read_text().strip() for provider, file in files.items() if file is not None}

    def smtp_password(self) -> str | None:
        """Return the password for the SMTP server."""
        return self.smtp_password_file.read_text().strip() if self.smtp_password_file else None
