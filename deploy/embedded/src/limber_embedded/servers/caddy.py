"""Caddy from its wheel: the one front door."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from limber_embedded.checkout import DEPLOY
from limber_embedded.servers import programs
from limber_embedded.servers.ports import accepts
from limber_embedded.servers.process import ServerProcess


class CaddyServer(ServerProcess):
    """Passes each service's paths on to its port."""

    def __init__(self, *, folder: Path, log: Path, port: int, service_ports: Mapping[str, int]) -> None:
        super().__init__(name="caddy", log=log)
        self.folder = folder
        self.port = port
        self.service_ports = dict(service_ports)

    def command(self) -> Sequence[str]:
        return [str(programs.script("caddy")), "run", "--adapter", "caddyfile", "--config", str(DEPLOY / "caddy" / "Caddyfile")]

    def environment(self) -> dict[str, str]:
        return {
            **super().environment(),
            "XDG_CONFIG_HOME": str(self.folder),
            "XDG_DATA_HOME": str(self.folder),
            "LIMBER_PORT": str(self.port),
            **{f"LIMBER_{name.upper()}": f"127.0.0.1:{port}" for name, port in self.service_ports.items()},
        }

    def is_ready(self) -> bool:
        return accepts(self.port)
