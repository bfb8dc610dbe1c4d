"""The lists that must agree: what is declared in streams.toml, what the catalogue says, and what the services really do."""

import ast
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from faststream.middlewares import AckPolicy

from event_contracts.catalogue import EVENT_TYPES
from limber_embedded import nats_users
from limber_streams.declaration import load
from service_kit.subscription import GroupSubscriber
from support.built_services import SERVICES, built
from support.sources import PACKAGES, modules

OUTSIDE = (
    *("a GP system", "the GP system", "an HR portal", "the HR portal", "a leisure system", "the leisure system"),
    *("an NHS messaging service", "the NHS messaging service"),
)
_TYPE = re.compile(r"[a-z]+(\.[a-z*]+)*\.v[0-9]+")


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What one durable of a service reads, according to one of the lists."""

    stream: str
    types: frozenset[str]


def matches(pattern: str, subject: str) -> bool:
    """Whether a NATS subject matches a pattern with * and >."""
    wanted, given = pattern.split("."), subject.split(".")
    if wanted[-1] == ">":
        return len(given) >= len(wanted) and matches(".".join(wanted[:-1]), ".".join(given[: len(wanted) - 1]))
    return len(wanted) == len(given) and all(one in {"*", other} for one, other in zip(wanted, given, strict=True))


def declared(service: str) -> dict[str, Reading]:
    """By streams.toml: the types whose subjects its filters let through."""
    return {
        durable.name: Reading(
            stream=durable.stream,
            types=frozenset(
                one.type
                for one in EVENT_TYPES
                for pattern in durable.config["filter_subjects"]
                if one.stream == durable.stream and matches(pattern, re.sub(r"\{\w+\}", "x", one.subject))
            ),
        )
        for durable in load().durables_of(service)
    }


def wired(service: str) -> dict[str, Reading]:
    """By the running code."""
    return {
        one.durable: Reading(stream=one.stream, types=frozenset(reaction.event_type for reaction in one.reactions))
        for one in built(service).consumers
    }


def catalogued(service: str) -> dict[str, frozenset[str]]:
    """By the catalogue: the types that the service reads, by stream."""
    streams = {one.stream for one in EVENT_TYPES if service in one.readers}
    return {
        stream: frozenset(one.type for one in EVENT_TYPES if one.stream == stream and service in one.readers)
        for stream in streams
    }


def disagreements(
    declared: Mapping[str, Reading], wired: Mapping[str, Reading], catalogued: Mapping[str, frozenset[str]]
) -> list[str]:
    """Where the three lists differ, in words."""
    found = [f"{name} is declared and nobody reads it" for name in sorted(set(declared) - set(wired))]
    found += [f"{name} is read and not declared" for name in sorted(set(wired) - set(declared))]
    found += [
        f"{name}: declared {declared[name]}, read {wired[name]}"
        for name in sorted(set(wired) & set(declared))
        if wired[name] != declared[name]
    ]
    read = {one.stream: one.types for one in wired.values()}
    found += [
        f"{stream}: the catalogue says {sorted(catalogued.get(stream, ()))}, read is {sorted(read.get(stream, ()))}"
        for stream in sorted(set(read) | set(catalogued))
        if read.get(stream) != catalogued.get(stream)
    ]
    return found


def told(texts: Mapping[str, str]) -> set[str]:
    """The event types that a service's publishing module names; what it fills in later is `*`."""
    found = set()
    for text in texts.values():
        for node in ast.walk(ast.parse(text)):
            match node:
                case ast.JoinedStr(values=values):
                    found.add("".join(str(one.value) if isinstance(one, ast.Constant) else "*" for one in values))
                case ast.Constant(value=str(value)):
                    found.add(value)
    return {one for one in found if _TYPE.fullmatch(one)}


def untold(texts: Mapping[str, str], published: set[str]) -> tuple[set[str], set[str]]:
    """(types that the catalogue has and nobody tells, types that are told and the catalogue doesn't have)."""
    patterns = told(texts)
    return (
        {one for one in published if not any(matches(pattern, one) for pattern in patterns)},
        {pattern for pattern in patterns if not any(matches(pattern, one) for one in published)},
    )


def published_by(service: str) -> set[str]:
    return {one.type for one in EVENT_TYPES if one.publisher == service}


def publishing_modules(service: str) -> dict[str, str]:
    return {name: text for name, text in modules(service).items() if name.endswith("/messaging/publish.py")}


@pytest.mark.parametrize("service", SERVICES)
def test_declared_durables_wired_consumers_and_the_catalogue_agree(service: str) -> None:
    assert disagreements(declared(service), wired(service), catalogued(service)) == []


def test_every_declared_durable_belongs_to_a_service() -> None:
    names = {durable.name for stream in load().streams for durable in stream.durables}
    assert names == {name for service in SERVICES for name in declared(service)}


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("lacking", ["declared", "wired", "catalogued"])
def test_an_entry_that_is_missing_in_one_list_is_found(service: str, lacking: str) -> None:
    lists: dict[str, dict[str, Any]] = {"declared": declared(service), "wired": wired(service), "catalogued": catalogued(service)}
    lists[lacking].popitem()
    assert disagreements(**lists)


@pytest.mark.parametrize("service", SERVICES)
def test_a_reaction_that_is_missing_is_found(service: str) -> None:
    lists = {name: Reading(stream=one.stream, types=frozenset(list(one.types)[1:])) for name, one in wired(service).items()}
    assert disagreements(declared(service), lists, catalogued(service))


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_tells_what_the_catalogue_says_and_nothing_else(service: str) -> None:
    assert untold(publishing_modules(service), published_by(service)) == (set(), set())


def test_a_type_that_nobody_tells_and_one_that_the_catalogue_lacks_are_found() -> None:
    texts = {"publish.py": 'SENT = "notifications.message.sent.v1"'}
    assert untold(texts, {"notifications.message.changed.v1"}) == (
        {"notifications.message.changed.v1"},
        {"notifications.message.sent.v1"},
    )


def test_every_publisher_and_reader_is_a_service_or_known_to_be_outside() -> None:
    named = {name for one in EVENT_TYPES for name in (one.publisher, *one.readers)}
    assert named == {*SERVICES, *OUTSIDE}


@pytest.mark.parametrize("service", SERVICES)
def test_the_brokers_permissions_cover_what_a_service_tells_and_no_other_services_facts(service: str) -> None:
    user = nats_users.service(name=service, password="", declaration=load())
    for one in EVENT_TYPES:
        allowed = any(matches(pattern, re.sub(r"\{\w+\}", "x", one.subject)) for pattern in user.publish)
        assert allowed == (one.publisher == service), one.type


@pytest.mark.parametrize("service", SERVICES)
def test_every_subscriber_answers_nobody_declares_nothing_and_leaves_acknowledging_to_delivery(service: str) -> None:
    subscribers = built(service)._broker.subscribers
    assert len(subscribers) == len(wired(service))
    for one in subscribers:
        assert isinstance(one, GroupSubscriber)
        assert one._no_reply is True
        assert one.ack_policy is AckPolicy.MANUAL
        assert one.stream is not None
        assert one.stream.declare is False


def subscribes_elsewhere(texts: Mapping[str, str]) -> list[str]:
    """The modules that could make a subscriber of their own, past the kit's."""
    return [name for name, text in texts.items() if re.search(r"^\s*(from|import) (faststream|nats)\b", text, re.MULTILINE)]


@pytest.mark.parametrize("package", sorted(set(PACKAGES) - {"limber_embedded", "limber_streams", "service_kit"}))
def test_nobody_but_the_kit_subscribes(package: str) -> None:
    assert subscribes_elsewhere(modules(package)) == []


def test_a_subscription_past_the_kit_is_found() -> None:
    assert subscribes_elsewhere({"a.py": "x = 1\nfrom faststream.nats import NatsBroker\n", "b.py": "import natsort\n"}) == [
        "a.py"
    ]


@pytest.mark.parametrize(
    ("pattern", "subject", "expected"),
    [("a.>", "a.b.c", True), ("a.>", "a", False), ("a.*", "a.b", True), ("a.*", "a.b.c", False), ("a.b", "a.c", False)],
)
def test_subject_patterns_match_as_the_broker_matches(pattern: str, subject: str, *, expected: bool) -> None:
    assert matches(pattern, subject) is expected
