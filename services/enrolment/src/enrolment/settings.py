"""Enrolment's settings, from the environment."""

from pathlib import Path
from typing import Literal

from pydantic import PositiveFloat, PositiveInt

from service_kit.settings import ServiceSettings


class EnrolmentSettings(ServiceSettings):
    """`bars_versions` are the values of `Bundle.meta.versionId` that are read; `bars_programme` is what BaRS refers to.

    `bars_core_versions` are the versions of the standard that a sender may ask for, `bars_use_cases` the codes of use cases that
    are taken (none given: all; there is no national one for community rehabilitation), `bars_name` what we are called in answers.

    `fetch_tokens_file` is a JSON object of bearer tokens by host (`example.org:443`), shown where promised referrals are fetched.

    An organisation may send `organisation_burst` HTTP requests at once, and `organisation_requests_per_second` over time.

    `bank_holidays` is the division of the United Kingdom by which working days are counted.

    `webhook_private_hosts` (`host:port`) may get webhooks although they are private or without TLS.
    """

    bars_versions: tuple[str, ...] = ("1.0.0-alpha", "1.0.0-beta", "1.0.0", "1.1.0")
    bars_programme: str = "escape-pain-knee-hip"
    bars_core_versions: tuple[str, ...] = ("1.0", "1.1", "1.2", "1.3", "1.4")
    bars_use_cases: tuple[str, ...] = ()
    bars_name: str = "Limber"
    fetch_tokens_file: Path | None = None
    organisation_requests_per_second: PositiveFloat = 30.0
    organisation_burst: PositiveInt = 120
    webhook_private_hosts: tuple[str, ...] = ()
    bank_holidays: Literal["england-and-wales", "scotland", "northern-ireland"] = "england-and-wales"
