"""Settings that every service has, from the environment (`LIMBER_…`)."""

import ssl
from pathlib import Path
from urllib.parse import quote

from pydantic_settings import BaseSettings, SettingsConfigDict


class ServiceSettings(BaseSettings):
    """Where the database, the broker and the front door are. Passwords come from files, so that no process list shows them.

    With `nats_ca_file` the broker must prove by TLS that it is the one in `nats_url`. For PostgreSQL the usual PGSSLMODE and
    PGSSLROOTCERT do that.
    """

    model_config = SettingsConfigDict(env_prefix="LIMBER_", frozen=True, hide_input_in_errors=True, extra="ignore")

    database_url: str
    database_password_file: Path | None = None
    nats_url: str
    nats_user: str | None = None
    nats_password_file: Path | None = None
    nats_ca_file: Path | None = None
    http_host: str = "127.0.0.1"
    http_port: int
    public_url: str = "http://localhost:8080"
    environment: str = "development"
    log_level: str = "info"

    def full_database_url(self) -> str:
        """Return the database's address with its password in it, for the driver only."""
        if self.database_password_file is None:
            return self.database_url
        password = quote(self.database_password_file.read_text().strip(), safe="")
        return self.database_url.replace("@", f":{password}@", 1)

    def nats_password(self) -> str | None:
        """Return the broker's password."""
        return self.nats_password_file.read_text().strip() if self.nats_password_file else None

    def nats_tls(self) -> ssl.SSLContext | None:
        """Return how the broker's certificate is verified; None where the connection is not encrypted."""
        return ssl.create_default_context(cafile=self.nats_ca_file) if self.nats_ca_file else None

    @property
    def in_production(self) -> bool:
        """Whether people's real data may be here: clocks can't be moved and stand-ins are refused."""
        return self.environment == "production"
