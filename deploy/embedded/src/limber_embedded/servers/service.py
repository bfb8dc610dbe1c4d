"""One of Limber's services as a process: its environment and its readiness."""

import contextlib
import http.client
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from limber_embedded.servers.process import ServerProcess

_OK = 200


class ServiceProcess(ServerProcess):
    """`python -m <service> serve`, told everything by its environment (`LIMBER_…`)."""

    def __init__(self, *, name: str, log: Path, port: int, settings: Mapping[str, str]) -> None:
        super().__init__(name=name, log=log)
        self.port = port
        self._settings = dict(settings)

    def command(self) -> Sequence[str]:
        return [sys.executable, "-m", self.name, "serve"]

    def environment(self) -> dict[str, str]:
        inherited = {key: value for key, value in os.environ.items() if not key.startswith("LIMBER_")}
        return {**inherited, **self._settings, "LIMBER_HTTP_PORT": str(self.port)}

    def is_ready(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=2)
        with contextlib.closing(connection), contextlib.suppress(OSError, http.client.HTTPException):
            connection.request("GET", f"/{self.name}/health/ready")
            return connection.getresponse().status == _OK
        return False
