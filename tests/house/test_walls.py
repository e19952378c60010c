"""Each wall of the house is broken once in a copy of the rooms; import-linter must name the breach."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("traceability", "firmware_profiles", "vision", "witness", "edge_agent", "hub", "demo")

BREACHES = [
    ("traceability", "vision"),
    ("traceability", "socket"),
    ("traceability", "sqlite3"),
    ("traceability", "asyncio"),
    ("traceability", "httpx"),
    ("traceability", "fastapi"),
    ("traceability", "numpy"),
    ("firmware_profiles", "traceability.unit"),
    ("firmware_profiles", "vision"),
    ("firmware_profiles", "socket"),
    ("vision", "traceability.unit"),
    ("vision", "firmware_profiles"),
    ("witness", "hub"),
    ("edge_agent", "hub"),
    ("edge_agent", "demo"),
    ("edge_agent", "pymodbus"),
    ("edge_agent", "asyncua"),
    ("edge_agent", "sqlalchemy"),
    ("edge_agent", "sqlite3"),
    ("edge_agent", "sqlite_utils"),
    ("edge_agent", "cv2"),
    ("edge_agent", "starlette"),
    ("edge_agent", "prometheus_client"),
    ("hub", "edge_agent"),
    ("hub", "sqlalchemy"),
    ("hub", "sqlite3"),
    ("hub", "plotly"),
    ("hub", "jinja2"),
    ("hub", "zxingcpp"),
]
ALLOWED = [("vision", "traceability.quality"), ("edge_agent", "traceability.unit"), ("demo", "pymodbus")]


def probe(room: str, imported: str) -> str:
    return f"probe_{room}_{imported}".replace(".", "_")


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> str:
    house = tmp_path_factory.mktemp("house")
    shutil.copy(ROOT / "pyproject.toml", house)
    for room in ROOMS:
        shutil.copytree(ROOT / room, house / room, ignore=shutil.ignore_patterns("__pycache__"))
    for room, imported in BREACHES + ALLOWED:
        (house / room / f"{probe(room, imported)}.py").write_text(f"import {imported}\n", encoding="utf-8")
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-logo", "--no-cache"],
        cwd=house,
        env=dict(os.environ, COLUMNS="300", NO_COLOR="1"),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert "Contracts: " in done.stdout, done.stdout + done.stderr
    assert done.returncode == 1
    return done.stdout


@pytest.mark.parametrize(("room", "imported"), BREACHES)
def test_a_breach_is_named(report: str, room: str, imported: str) -> None:
    assert f"{room}.{probe(room, imported)} -> {imported} " in report


@pytest.mark.parametrize(("room", "imported"), ALLOWED)
def test_what_is_allowed_is_not_reported(report: str, room: str, imported: str) -> None:
    assert f"{room}.{probe(room, imported)} -> " not in report


@pytest.mark.parametrize("room", ["traceability", "firmware_profiles", "vision", "edge_agent", "hub"])
def test_a_module_that_nobody_planned_is_refused(report: str, room: str) -> None:
    name = next(probe(r, imported) for r, imported in BREACHES if r == room)
    assert f"- {room}.{name}\n" in report
