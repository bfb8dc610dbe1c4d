"""`python -m limber_streams --server nats://… --user admin --password-file FILE`: applies streams.toml to a broker."""

import argparse
import asyncio
import ssl
import sys
from pathlib import Path

import nats
from nats.errors import Error as NatsError

from limber_streams.apply import CannotApplyError, apply
from limber_streams.declaration import DeclarationError, load


def main() -> int:
    parser = argparse.ArgumentParser(prog="limber_streams", description="Apply the declared streams and durables to a broker.")
    parser.add_argument("--server", required=True, help="for example nats://127.0.0.1:4222")
    parser.add_argument("--user", help="a user that may manage JetStream")
    parser.add_argument("--password-file", type=Path)
    parser.add_argument("--ca-file", type=Path, help="whose certificates the broker must show; without it there is no TLS")
    parser.add_argument("--file", type=Path, help="another declaration than the one that came with this program")
    parser.add_argument("--replicas", type=int, default=1, help="copies of each stream in a cluster")
    try:
        for phrase in asyncio.run(_apply(parser.parse_args())) or ["nothing to change"]:
            sys.stdout.write(f"{phrase}\n")
    except (CannotApplyError, DeclarationError, NatsError, OSError) as error:
        sys.stderr.write(f"Not applied. {error}\n")
        return 1
    return 0


async def _apply(arguments: argparse.Namespace) -> list[str]:
    declaration = load(arguments.file)
    password = arguments.password_file.read_text().strip() if arguments.password_file else None
    client = await nats.connect(
        arguments.server,
        user=arguments.user,
        password=password,
        tls=ssl.create_default_context(cafile=arguments.ca_file) if arguments.ca_file else None,
        inbox_prefix=f"_INBOX_{arguments.user}" if arguments.user else "_INBOX",
        allow_reconnect=False,
        error_cb=_quiet,
    )
    try:
        return await apply(client, declaration, replicas=arguments.replicas)
    finally:
        await client.close()


async def _quiet(_: Exception) -> None:
    """What goes wrong is raised as well; the client's own report would be a stack trace."""


if __name__ == "__main__":
    raise SystemExit(main())
