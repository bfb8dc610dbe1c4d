"""`python -m service_kit.probe`: whether the service in this container is ready. The answer is the exit code."""

import http.client
import os
import sys
from contextlib import closing

SECONDS = 3
READY = 200


def is_ready(*, service: str, port: int) -> bool:
    """Ask the service on this machine; one that does not answer within 3 s is not ready."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=SECONDS)
    with closing(connection):
        try:
            connection.request("GET", f"/{service}/health/ready")
            return connection.getresponse().status == READY
        except (OSError, http.client.HTTPException):
            return False


if __name__ == "__main__":
    sys.exit(0 if is_ready(service=os.environ["SERVICE"], port=int(os.environ["LIMBER_HTTP_PORT"])) else 1)
