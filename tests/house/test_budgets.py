"""Files, functions and names that a reader can hold in mind."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("traceability", "firmware_profiles", "vision", "witness", "edge_agent", "hub", "demo")
FILE_LINES = 300
FUNCTION_LINES = 40

# "path" or "path:function" -> why it is better long. Empty is best.
LONG_FOR_A_REASON: dict[str, str] = {}

VAGUE_NAMES = {"utils", "util", "helpers", "helper", "common", "manager", "managers", "misc"}
REASONED_CATCH = re.compile(r"#.*noqa: BLE001\W+\w+")


def sources() -> Iterator[tuple[str, str]]:
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            yield path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")


def functions(text: str) -> Iterator[tuple[str, int]]:
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name, (node.end_lineno or node.lineno) - node.lineno + 1


def too_long() -> dict[str, int]:
    found = {}
    for name, text in sources():
        if (lines := text.count("\n")) > FILE_LINES:
            found[name] = lines
        found |= {f"{name}:{function}": n for function, n in functions(text) if n > FUNCTION_LINES}
    return found


def test_files_and_functions_stay_within_their_budgets() -> None:
    assert {name: n for name, n in too_long().items() if name not in LONG_FOR_A_REASON} == {}


def test_exceptions_from_the_budgets_are_still_needed() -> None:
    assert set(LONG_FOR_A_REASON) <= set(too_long())


def test_no_file_has_a_name_that_says_nothing() -> None:
    vague = [name for name, _ in sources() if VAGUE_NAMES & set(name.removesuffix(".py").split("/"))]
    assert vague == []


def catches_everything(handler: ast.ExceptHandler) -> bool:
    """Whether a handler swallows any exception; one that ends by raising it again does not."""
    caught = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    wide = any(c is None or (isinstance(c, ast.Name) and c.id in {"Exception", "BaseException"}) for c in caught)
    passed_on = isinstance(handler.body[-1], ast.Raise) and handler.body[-1].exc is None
    return wide and not passed_on


def test_catching_everything_is_reasoned() -> None:
    bare = [
        f"{name}:{node.lineno}"
        for name, text in sources()
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.ExceptHandler)
        and catches_everything(node)
        and not REASONED_CATCH.search(text.splitlines()[node.lineno - 1])
    ]
    assert bare == [], "write `# noqa: BLE001` and why everything must be caught here"
