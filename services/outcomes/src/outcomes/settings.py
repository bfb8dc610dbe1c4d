"""The service's settings, from the environment (`LIMBER_…`)."""

from pathlib import Path

from service_kit.settings import ServiceSettings


class Settings(ServiceSettings):
    """`wording_file`: the official wording of licensed instruments. `directory_file`: a site's own directory of services."""

    http_port: int = 8003
    wording_file: Path | None = None
    directory_file: Path | None = None
