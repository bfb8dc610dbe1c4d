"""The service's settings, from the environment (`LIMBER_…`)."""

from pathlib import Path

from service_kit.settings import ServiceSettings


class Settings(ServiceSettings):
    """`wording_file`: the official wording of licensed instruments. `directory_file`: a site's own directory of services.

    `time_points_file`: when programmes ask. `also_asked`: licensed instruments that this site asks at every time point.
    `unit_costs_file`: what things cost here. `feed_private_hosts` (`host:port`) may be harvested although they are private or
    without TLS.
    """

    http_port: int = 8003
    wording_file: Path | None = None
    directory_file: Path | None = None
    time_points_file: Path | None = None
    unit_costs_file: Path | None = None
    also_asked: tuple[str, ...] = ()
    feed_private_hosts: tuple[str, ...] = ()
