"""Logs carry ids and codes: only fields of the allow-list, and no other way to write one."""

import ast
from collections.abc import Mapping

import pytest

from service_kit.logs import ALLOWED_FIELDS, keep_allowed_fields
from support.built_services import SERVICES
from support.sources import modules, words_of

LEVELS = {"critical", "debug", "error", "exception", "info", "log", "warning"}
OF_A_PERSON = {
    "address",
    "birth",
    "contact",
    "email",
    "family",
    "given",
    "greeting",
    "name",
    "nhs",
    "person",
    "phone",
    "postcode",
    "token",
}
# An address of a server, never of a person.
KNOWN = {"address"}


def fields_logged(text: str) -> set[str]:
    """The fields that a module gives to its log calls."""
    return {
        keyword.arg or "**"
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in LEVELS
        and _is_logger(node.func.value)
        for keyword in node.keywords
    }


def other_ways(text: str) -> set[str]:
    """What writes past the allow-list: print, and the standard library's loggers."""
    found = set()
    for node in ast.walk(ast.parse(text)):
        match node:
            case ast.Call(func=ast.Name(id="print")):
                found.add("print")
            case ast.Import(names=names) if any(one.name == "logging" for one in names):
                found.add("logging")
            case ast.ImportFrom(module="logging"):
                found.add("logging")
    return found


def _is_logger(node: ast.expr) -> bool:
    name = node.func if isinstance(node, ast.Call) else node
    return isinstance(name, ast.Name | ast.Attribute) and (name.id if isinstance(name, ast.Name) else name.attr).strip("_") in {
        "log",
        "logger",
        "get_logger",
    }


@pytest.fixture(scope="module")
def code() -> Mapping[str, str]:
    """What runs in a service's process."""
    return {name: text for package in (*SERVICES, "service_kit", "page_base") for name, text in modules(package).items()}


def test_only_fields_of_the_allow_list_are_logged(code: Mapping[str, str]) -> None:
    logged = {name: fields_logged(text) - ALLOWED_FIELDS for name, text in code.items()}
    assert {name: fields for name, fields in logged.items() if fields} == {}


def test_something_is_logged_at_all(code: Mapping[str, str]) -> None:
    """Or the search above looks for the wrong thing."""
    assert {"event_id", "reason"} <= {field for text in code.values() for field in fields_logged(text)}


def test_a_field_that_is_not_on_the_list_is_found() -> None:
    assert fields_logged('logger().info("placed", greeting_name=name)') == {"greeting_name"}
    assert fields_logged('self._log.bind().error("x", **row)') == set()
    assert fields_logged('log.error("x", **row)') == {"**"}


def test_nothing_writes_past_the_allow_list(code: Mapping[str, str]) -> None:
    allowed = {
        "shared/service_kit/src/service_kit/command.py": {"print"},  # answers at the terminal
        "services/scheduling/src/scheduling/commands/plan.py": {"print"},  # answers at the terminal
        "shared/service_kit/src/service_kit/logs.py": {"logging"},  # where the list is kept
        "services/outcomes/src/outcomes/commands/score.py": {"print"},  # answers at the terminal
        "services/notifications/src/notifications/providers/local_mailbox.py": {"logging"},  # silences a library
    }
    assert {name: ways for name, text in code.items() if (ways := other_ways(text) - allowed.get(name, set()))} == {}


@pytest.mark.parametrize("text", ["print(person)", "import logging", "from logging import getLogger"])
def test_another_way_to_write_is_found(text: str) -> None:
    assert other_ways(text)


def test_the_allow_list_has_no_field_of_a_person() -> None:
    assert {field for field in ALLOWED_FIELDS - KNOWN if OF_A_PERSON & set(words_of(field))} == set()


def test_a_field_that_is_not_allowed_is_left_out_and_named() -> None:
    kept = keep_allowed_fields(None, "info", {"event": "placed", "event_id": "1", "greeting_name": "Rosalind"})
    assert kept == {"event": "placed", "event_id": "1", "reason": "fields left out: greeting_name"}
