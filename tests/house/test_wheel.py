"""What an installation gets: the wheel holds every room with its data, and nothing else."""

import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path, PurePosixPath

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROOMS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["hatch"]["build"]["targets"][
    "wheel"
]["packages"]

# Data that a room reads at run time; each must be there at least once.
EXPECTED = {
    "edge_agent": {".css", ".toml"},
    "firmware_profiles": {".toml"},
    "hub": {".html", ".css", ".po"},
}
KNOWN_SUFFIXES = {".py", ".typed", ".toml", ".html", ".css", ".js", ".mjs", ".po", ".svg", ".txt", ".json"}


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[PurePosixPath]:
    target = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", target]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True, timeout=120)
    (wheel,) = target.glob("zhuoyue-*-py3-none-any.whl")
    with zipfile.ZipFile(wheel) as archive:
        return [PurePosixPath(name) for name in archive.namelist()]


def test_the_wheel_holds_the_rooms_and_nothing_else(files: list[PurePosixPath]) -> None:
    tops = {path.parts[0] for path in files}
    assert {top for top in tops if not top.endswith(".dist-info")} == set(ROOMS)
    assert {"licenses"} <= {path.parts[1] for path in files if path.parts[0].endswith(".dist-info")}


def test_every_tracked_file_of_a_room_is_in_the_wheel(files: list[PurePosixPath]) -> None:
    on_disk = {
        PurePosixPath(path.relative_to(ROOT).as_posix())
        for room in ROOMS
        for path in (ROOT / room).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert on_disk - set(files) == set()


@pytest.mark.parametrize("room", sorted(EXPECTED))
def test_a_room_comes_with_its_data(files: list[PurePosixPath], room: str) -> None:
    assert EXPECTED[room] - {path.suffix for path in files if path.parts[0] == room} == set()


def test_no_file_of_an_unknown_kind_slips_in(files: list[PurePosixPath]) -> None:
    odd = [str(path) for path in files if path.parts[0] in ROOMS and path.suffix not in KNOWN_SUFFIXES]
    assert odd == []
