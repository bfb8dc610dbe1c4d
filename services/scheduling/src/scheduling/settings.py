"""What scheduling is told by its environment."""

from service_kit.settings import ServiceSettings


class Settings(ServiceSettings):
    """Nothing beyond what every service has."""
