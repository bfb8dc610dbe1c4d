"""Enrolment's settings, from the environment."""

from pydantic import PositiveFloat, PositiveInt

from service_kit.settings import ServiceSettings


class EnrolmentSettings(ServiceSettings):
    """`bars_versions` are the values of `Bundle.meta.versionId` that are read; `bars_programme` is what BaRS refers to.

    An organisation may send `organisation_burst` HTTP requests at once, and `organisation_requests_per_second` over time.
    """

    bars_versions: tuple[str, ...] = ("1.0.0-alpha", "1.0.0-beta", "1.0.0", "1.1.0")
    bars_programme: str = "escape-pain-knee-hip"
    organisation_requests_per_second: PositiveFloat = 30.0
    organisation_burst: PositiveInt = 120
