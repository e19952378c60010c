"""Rooms and what they may bring in from outside: nothing that nobody planned."""

import ast
import graphlib
import importlib.metadata
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import grimp
import pytest

ROOT = Path(__file__).resolve().parents[2]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
ROOMS = PYPROJECT["tool"]["importlinter"]["root_packages"]

# The extra whose dependencies a room may import; the core ones every room may.
EXTRA_OF_ROOM = {"vision": "vision", "edge_agent": "agent", "hub": "hub", "demo": "demo"}

# Places behind an extra of their own, which say what to install where it is missing.
EXTRA_OF_PLACE = {
    "traceability/quality/vector/": "stats",
    "hub/formats/parquet_file.py": "parquet",
    "hub/store/tiers/bucket.py": "s3",
    "hub/store/tiers/values.py": "parquet",
    "hub/operations/tracing.py": "tracing",
    "hub/store/backend/server.py": "postgres",
    "hub/store/spread/": "postgres",
}

# Libraries that come as the documented base of a declared one.
BASES = {"anyio": "fastapi", "opentelemetry-api": "opentelemetry-sdk", "joserfc": "authlib", "starlette": "fastapi"}

# Modules of the standard library that reach out, in a ground and a room that must not.
PURE_ROOMS = ("traceability", "firmware_profiles")
REACHING_OUT = re.compile(
    r"(asyncio|http|ftplib|multiprocessing|smtplib|socket|sqlite3|ssl|subprocess|urllib\.request)\b"
)


def imports_of(room: str) -> Iterator[tuple[Path, int, str]]:
    for path in sorted((ROOT / room).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                yield from ((path, node.lineno, alias.name) for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                yield from ((path, node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


def normal(distribution: str) -> str:
    return re.sub(r"[-_.]+", "-", distribution).lower()


def declared(extra: str | None) -> set[str]:
    """Names of the distributions that an installation with this extra asks for itself."""
    optional = PYPROJECT["project"]["optional-dependencies"]
    names: set[str] = set()
    for requirement in PYPROJECT["project"]["dependencies"] + (optional[extra] if extra else []):
        if own := re.match(r"zhuoyue\[([a-z,]+)\]", requirement):
            for further in own[1].split(","):
                names |= declared(further)
        else:
            names.add(normal(re.match(r"[A-Za-z0-9._-]+", requirement)[0]))
    return names


def test_every_package_folder_is_a_known_room() -> None:
    folders = {path.parent.name for path in ROOT.glob("*/__init__.py")}
    assert folders == set(ROOMS) == set(PYPROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"])
    assert folders <= set(PYPROJECT["tool"]["mypy"]["files"])
    assert all((ROOT / room / "py.typed").exists() for room in ROOMS)


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_imports_only_what_its_installation_brings(room: str) -> None:
    owners = importlib.metadata.packages_distributions()
    brought = declared(EXTRA_OF_ROOM.get(room))
    strangers = []
    for path, line, module in imports_of(room):
        top = module.partition(".")[0]
        if top in sys.stdlib_module_names or top in ROOMS:
            continue
        place = path.relative_to(ROOT).as_posix()
        here = brought.union(*(declared(extra) for begin, extra in EXTRA_OF_PLACE.items() if place.startswith(begin)))
        if not {normal(owner) for name in (top, BASES.get(top, top)) for owner in owners.get(name, [])} & here:
            strangers.append(f"{path.relative_to(ROOT)}:{line} imports {module}")
    assert strangers == [], f"add it to the extra of {room} in pyproject.toml, or do without"


@pytest.mark.parametrize("room", PURE_ROOMS)
def test_a_pure_room_does_not_reach_out(room: str) -> None:
    found = [f"{p.relative_to(ROOT)}:{n} {m}" for p, n, m in imports_of(room) if REACHING_OUT.match(m)]
    assert found == []


@pytest.mark.parametrize("room", ROOMS)
def test_every_top_level_name_has_one_owner(room: str) -> None:
    assert set(importlib.metadata.packages_distributions().get(room, [])) <= {"zhuoyue"}


def test_no_modules_import_each_other_in_a_circle() -> None:
    graph = grimp.build_graph(*ROOMS, cache_dir=None, exclude_type_checking_imports=True)
    needs = {module: graph.find_modules_directly_imported_by(module) for module in graph.modules}
    graphlib.TopologicalSorter(needs).prepare()  # CycleError names the circle
