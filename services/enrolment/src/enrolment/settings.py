"""Enrolment's settings, from the environment."""

from service_kit.settings import ServiceSettings


class EnrolmentSettings(ServiceSettings):
    """`bars_versions` are the values of `Bundle.meta.versionId` that are read; `bars_programme` is what BaRS refers to."""

    bars_versions: tuple[str, ...] = ("1.0.0-alpha", "1.0.0-beta", "1.0.0", "1.1.0")
    bars_programme: str = "escape-pain-knee-hip"
