"""The threat model names tests, and each of them is there, in both languages."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "docs" / language / "security.md" for language in ("en", "zh-CN")]
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")


@cache
def names_in(file: str) -> set[str]:
    path = ROOT / file
    if not path.exists():
        return set()
    nodes = ast.parse(path.read_text(encoding="utf-8")).body
    return {node.name for node in nodes if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.parent.name)
def test_every_test_that_is_named_exists(page: Path) -> None:
    named = NAMED.findall(page.read_text(encoding="utf-8"))
    missing = [f"{file}::{name}" for file, name in named if name not in names_in(file)]
    assert missing == []
    assert all(name.startswith("test_") for _, name in named)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.parent.name)
def test_every_threat_is_shown_by_a_test(page: Path) -> None:
    threats = page.read_text(encoding="utf-8").split("\n## ")[1:]
    assert len(threats) >= 9
    assert [threat.splitlines()[0] for threat in threats if not NAMED.search(threat)] == []


def test_both_languages_name_the_same_tests() -> None:
    english, chinese = (NAMED.findall(page.read_text(encoding="utf-8")) for page in PAGES)
    assert english == chinese
