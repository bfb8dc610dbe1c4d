"""Contracts hold fields and their meaning: nothing that runs, and no closed list of codes."""

import ast

import pytest

from support.sources import modules

_ALLOWED = (
    ast.Module, ast.Expr, ast.Constant, ast.Import, ast.ImportFrom, ast.alias, ast.ClassDef, ast.AnnAssign, ast.Assign, ast.Name,
    ast.Attribute, ast.Subscript, ast.Tuple, ast.List, ast.Dict, ast.Call, ast.keyword, ast.BinOp, ast.BitOr, ast.expr_context,
)  # fmt: skip
_MAY_BE_CALLED = {"ConfigDict", "EventType", "Field", "dataclass", "field"}
_MAY_BE_IMPORTED = {"collections", "dataclasses", "datetime", "event_contracts", "pydantic", "uuid"}
_CLOSED = {"Enum", "IntEnum", "Literal", "StrEnum"}


def not_data(text: str) -> list[str]:
    """What in a module is more than data, by line."""
    found = []
    for node in ast.walk(ast.parse(text)):
        line = getattr(node, "lineno", 0)
        if not isinstance(node, _ALLOWED):
            found.append(f"line {line}: {type(node).__name__}")
        if isinstance(node, ast.Call) and not (isinstance(node.func, ast.Name) and node.func.id in _MAY_BE_CALLED):
            found.append(f"line {line}: a call")
        if isinstance(node, ast.Name) and node.id in _CLOSED:
            found.append(f"line {line}: {node.id}")
        if isinstance(node, ast.ImportFrom | ast.Import):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else [one.name for one in node.names]
            found += [f"line {line}: imports {name}" for name in names if name.partition(".")[0] not in _MAY_BE_IMPORTED]
    return found


@pytest.mark.parametrize(("name", "text"), modules("event_contracts").items(), ids=lambda one: one.rpartition("/")[2][:40])
def test_a_contract_module_is_data(name: str, text: str) -> None:
    assert not_data(text) == []


@pytest.mark.parametrize(
    "breach",
    [
        "class Status(StrEnum):\n    OPEN = 'open'",
        "from enum import Enum",
        "class Fact(Contract):\n    status: Literal['open']",
        "class Fact(Contract):\n    def is_open(self) -> bool: ...",
        "CODES = [code for code in ALL]",
        "if CODES: pass",
        "import sqlalchemy",
        "metadata.create_all()",
        "same = lambda value: value",
    ],
)
def test_more_than_data_is_found(breach: str) -> None:
    assert not_data(breach)
