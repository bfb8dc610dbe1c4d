"""The broker's users and what each may publish and read: the text of accounts.conf.

Limber's own users share one account. Each outside organisation has an account of its own that imports a few services of
Limber's. Subject permissions alone would not do: they say nothing about the *reply* subject of a publish, through which one
could have the broker's answers, or its own receipts, stored as another's facts.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from event_contracts.catalogue import EVENT_TYPES
from limber_streams.declaration import Declaration, Durable

ADMIN = "admin"
SYSTEM = "system"
# What an organisation gives its client as JetStream domain, because `$JS.API.>` means its own account's JetStream
DOMAIN = "limber"

# What a service publishes beside `<service>.>`
_ALSO_PUBLISHES = {"enrolment": ("contacts.v1.>", "people.v1.>", "receipts.>")}
# Streams whose single messages a service may delete securely, to erase a person
_ERASES = {"enrolment": ("CONTACTS", "PEOPLE")}
# Who asks the others for what they keep of a person. They answer on a subject of their own, outside every stream, and may publish
# nothing in return but the one answer.
_ASKS = "enrolment"
_ANSWERS = ("scheduling", "outcomes", "notifications")
_CLOCK = "KV_clock"
_ACCOUNT = "LIMBER"
_SYSTEM_ACCOUNT = "SYS"  # as nats-server.conf names it
# (channel, kind) of each type of event that comes from outside: `intake.<channel>.{organisation}.<kind>`.
_INTAKE = [
    (one.subject.split(".", 3)[1], one.subject.split(".", 3)[3]) for one in EVENT_TYPES if one.subject.startswith("intake.")
]
# What an organisation of each channel may send. Named, not a wildcard: the limit of INTAKE is per subject, and a subject of the
# sender's making could be one that no client can read.
_SENDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        channel: tuple(kind for other, kind in _INTAKE if other == channel)
        for channel in dict.fromkeys(channel for channel, _ in _INTAKE)
    }
)
# What outside accounts may import; each imports its own part only
_EXPORTS = (
    ("intake.>", "single"),
    ("$JS.API.CONSUMER.MSG.NEXT.RECEIPTS.>", "stream"),
    ("$JS.API.CONSUMER.INFO.RECEIPTS.>", "single"),
    ("$JS.ACK.RECEIPTS.>", "single"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NatsUser:
    """A user with its password and the subjects that it may publish and subscribe to.

    One with `imports` (its own subject: Limber's) is from outside and has an account of its own.
    """

    name: str
    password: str
    publish: tuple[str, ...]
    subscribe: tuple[str, ...]
    answers: bool = False
    imports: Mapping[str, str] = field(default_factory=dict)

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


def system(*, password: str) -> NatsUser:
    """Asks servers to read their configuration again, wherever they run; sees no message of Limber's."""
    asks = ("$SYS.REQ.SERVER.PING", "$SYS.REQ.SERVER.*.RELOAD")
    return NatsUser(name=SYSTEM, password=password, publish=asks, subscribe=(f"{inbox_prefix(SYSTEM)}.>",))


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
            *(question(other) for other in _ANSWERS if name == _ASKS),
        ),
        subscribe=(f"{inbox_prefix(name)}.>", "$KV.clock.>", *([question(name)] if name in _ANSWERS else [])),
        answers=name in _ANSWERS,
    )


def question(name: str) -> str:
    """The subject on which a service says what it keeps of a person."""
    return f"export.{name}"


def channels() -> tuple[str, ...]:
    """The kinds of organisation that may send."""
    return tuple(_SENDS)


def sends(*, channel: str, organisation: str) -> tuple[str, ...]:
    """The subjects that an organisation may publish."""
    return tuple(f"intake.{channel}.{organisation}.{kind}" for kind in _SENDS[channel])


def organisation_user(*, channel: str, organisation: str) -> str:
    """The user name of an outside organisation."""
    return f"{channel}_{organisation}"


def organisation(*, channel: str, organisation: str, password: str, declaration: Declaration) -> NatsUser:
    """Publishes on its own intake subjects and reads its own receipts, nothing else."""
    name = organisation_user(channel=channel, organisation=organisation)
    durable = declaration.receipts_durable(channel=channel, organisation=organisation)
    reads = {subject.replace("$JS.API.", f"$JS.{DOMAIN}.API."): subject for subject in _reads(durable)}
    intake = {subject: subject for subject in sends(channel=channel, organisation=organisation)}
    return NatsUser(
        name=name,
        password=password,
        publish=(*intake, *reads),
        subscribe=(f"{inbox_prefix(name)}.>",),
        imports={**intake, **reads},
    )


def accounts_conf(users: Sequence[NatsUser]) -> str:
    """The file that nats-server includes in its `accounts` block. It holds passwords."""
    inside = [_user(user) for user in users if not user.imports and user.name != SYSTEM]
    systems = [_user(user) for user in users if user.name == SYSTEM]
    exports = [f"    {{ service: {json.dumps(subject)}, response_type: {kind} }}" for subject, kind in _EXPORTS]
    blocks = [f"{_ACCOUNT} {{\n  jetstream: enabled\n  users: [\n{_lines(inside)}\n  ]\n  exports: [\n{_lines(exports)}\n  ]\n}}"]
    blocks.append(f"{_SYSTEM_ACCOUNT} {{\n  users: [\n{_lines(systems)}\n  ]\n}}")
    for user in users:
        if user.imports:
            imports = [
                f"    {{ service: {{ account: {_ACCOUNT}, subject: {json.dumps(theirs)} }}, to: {json.dumps(own)} }}"
                for own, theirs in user.imports.items()
            ]
            blocks.append(f"{json.dumps(user.name)} {{\n  users: [\n{_user(user)}\n  ]\n  imports: [\n{_lines(imports)}\n  ]\n}}")
    return "\n".join(blocks) + "\n"


def _user(user: NatsUser) -> str:
    allowed = f"publish: {{ allow: {json.dumps(user.publish)} }}, subscribe: {{ allow: {json.dumps(user.subscribe)} }}"
    if user.answers:
        allowed += ', allow_responses: { max: 1, expires: "1m" }'
    return f"    {{ user: {json.dumps(user.name)}, password: {json.dumps(user.password)}, permissions: {{ {allowed} }} }}"


def _lines(entries: Sequence[str]) -> str:
    return ",\n".join(entries)


def _reads(durable: Durable) -> tuple[str, ...]:
    at = f"{durable.stream}.{durable.name}"
    return (f"$JS.API.CONSUMER.MSG.NEXT.{at}", f"$JS.API.CONSUMER.INFO.{at}", f"$JS.ACK.{at}.>")
