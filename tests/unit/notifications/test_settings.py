"""What the settings refuse."""

from typing import Any

import pytest
from pydantic import ValidationError

from notifications.settings import Settings


def given(**settings: Any) -> Settings:
    return Settings(database_url="postgresql+asyncpg://x@localhost/x", nats_url="nats://localhost", **settings)


def test_the_local_providers_are_refused_in_production() -> None:
    assert given().email_provider == "local"
    with pytest.raises(ValidationError, match="reaches nobody"):
        given(environment="production", email_provider="smtp")
    with pytest.raises(ValidationError, match="reaches nobody"):
        given(environment="production", sms_provider="none")
    fit = given(environment="production", sms_provider="none", email_provider="smtp")
    assert fit.in_production


def test_a_provider_must_answer_within_half_of_the_lease() -> None:
    with pytest.raises(ValidationError, match="half of LIMBER_SENDING_LEASE_SECONDS"):
        given(sending_lease_seconds=10, provider_timeout_seconds=6)
