"""The broker's users and what each may publish and read: the text of users.conf."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from limber_streams.declaration import Declaration, Durable

ADMIN = "admin"

# What a service publishes beside `<service>.>`
_ALSO_PUBLISHES = {"enrolment": ("contacts.v1.>", "people.v1.>", "receipts.>")}
# Streams whose single messages a service may delete securely, to erase a person
_ERASES = {"enrolment": ("CONTACTS", "PEOPLE")}
_CLOCK = "KV_clock"


@dataclass(frozen=True, slots=True, kw_only=True)
class NatsUser:
    """A user with its password and the subjects that it may publish and subscribe to."""

    name: str
    password: str
    publish: tuple[str, ...]
    subscribe: tuple[str, ...]

    @property
    def inbox_prefix(self) -> str:
        """Each user has its own, or one could receive another's answers."""
        return inbox_prefix(self.name)


def inbox_prefix(user: str) -> str:
    """What to pass to the client (and to every FastStream subscriber) as inbox prefix."""
    return f"_INBOX_{user}"


def admin(*, password: str) -> NatsUser:
    """The deployment's own user: it manages streams and may do everything."""
    return NatsUser(name=ADMIN, password=password, publish=(">",), subscribe=(">",))


def service(*, name: str, password: str, declaration: Declaration) -> NatsUser:
    """Publishes its own subjects, reads its own durables and the clock; makes no stream and no consumer."""
    durables = declaration.durables_of(name)
    return NatsUser(
        name=name,
        password=password,
        publish=(
            f"{name}.>",
            *_ALSO_PUBLISHES.get(name, ()),
            *(subject for durable in durables for subject in _reads(durable)),
            *(f"$JS.API.STREAM.INFO.{stream}" for stream in sorted({durable.stream for durable in durables} | {_CLOCK})),
            *(f"$JS.API.{call}.{stream}" for stream in _ERASES.get(name, ()) for call in ("STREAM.MSG.GET", "STREAM.MSG.DELETE")),
            *(f"$JS.API.DIRECT.GET.{stream}.>" for stream in _ERASES.get(name, ())),
            f"$JS.API.STREAM.MSG.GET.{_CLOCK}",
            f"$JS.API.DIRECT.GET.{_CLOCK}",
            f"$JS.API.DIRECT.GET.{_CLOCK}.>",
            "$JS.API.INFO",
        ),
        subscribe=(f"{inbox_prefix(name)}.>", "$KV.clock.>"),
    )


def organisation_user(*, channel: str, organisation: str) -> str:
    """The user name of an outside organisation."""
    return f"{channel}_{organisation}"


def organisation(*, channel: str, organisation: str, password: str, declaration: Declaration) -> NatsUser:
    """Publishes on its own intake subjects and reads its own receipts, nothing else."""
    name = organisation_user(channel=channel, organisation=organisation)
    durable = declaration.receipts_durable(channel=channel, organisation=organisation)
    return NatsUser(
        name=name,
        password=password,
        publish=(f"intake.{channel}.{organisation}.>", *_reads(durable)),
        subscribe=(f"{inbox_prefix(name)}.>",),
    )


def users_conf(users: Sequence[NatsUser]) -> str:
    """The file that nats-server includes in its `authorization` block. It holds passwords."""
    entries = [
        "  {\n"
        f"    user: {json.dumps(user.name)}, password: {json.dumps(user.password)}\n"
        "    permissions: {\n"
        f"      publish: {{ allow: {json.dumps(user.publish)} }}\n"
        f"      subscribe: {{ allow: {json.dumps(user.subscribe)} }}\n"
        "    }\n"
        "  }"
        for user in users
    ]
    return "users = [\n" + ",\n".join(entries) + "\n]\n"


def _reads(durable: Durable) -> tuple[str, ...]:
    at = f"{durable.stream}.{durable.name}"
    return (f"$JS.API.CONSUMER.MSG.NEXT.{at}", f"$JS.API.CONSUMER.INFO.{at}", f"$JS.ACK.{at}.>")
