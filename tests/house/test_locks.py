"""Locks: what pyproject.toml asks for, pinned, hashed, from no particular place."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
GROUPS = PYPROJECT["dependency-groups"]
LOCKS = ("agent", "bootstrap", "demo", "dev", "hub")
PIN = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)==(?P<version>[^ ;\\]+)(?P<marker> ;[^\\]*)?")


def text_of(lock: str) -> str:
    return (ROOT / "requirements" / f"{lock}.lock").read_text(encoding="utf-8")


def pins(lock: str) -> dict[str, str]:
    found = (PIN.match(line) for line in text_of(lock).splitlines())
    return {canonicalize_name(pin["name"]): pin["version"] for pin in found if pin}


def with_extras(extras: set[str]) -> list[Requirement]:
    """The direct requirements of an installation with these extras."""
    found = [Requirement(text) for text in PYPROJECT["project"]["dependencies"]]
    for extra in extras:
        for requirement in map(Requirement, PYPROJECT["project"]["optional-dependencies"][extra]):
            own = requirement.name == PYPROJECT["project"]["name"]
            found += with_extras(requirement.extras) if own else [requirement]
    return found


def asked(lock: str) -> list[Requirement]:
    if lock == "bootstrap":
        return [Requirement(text) for text in GROUPS["bootstrap"]]
    build = GROUPS["build"] if lock in {"demo", "dev"} else []
    return with_extras({lock}) + [Requirement(text) for text in build]


def test_every_lock_is_known_here() -> None:
    assert {path.stem for path in (ROOT / "requirements").glob("*.lock")} == set(LOCKS)


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_pins_what_pyproject_asks_for(lock: str) -> None:
    held = pins(lock)
    unmet = [str(r) for r in asked(lock) if not r.specifier.contains(held.get(canonicalize_name(r.name), "0"))]
    assert unmet == [], "run: make lock"


@pytest.mark.parametrize("lock", LOCKS)
def test_every_line_of_a_lock_is_a_pin_or_a_hash(lock: str) -> None:
    entries = text_of(lock).replace("\\\n", "").splitlines()
    assert entries
    for entry in entries:
        pin, *hashes = entry.split(" --hash=")
        assert PIN.match(pin), entry
        assert hashes, f"{pin} has no hash"
        assert all(re.fullmatch(r"sha256:[0-9a-f]{64}", part.strip().removeprefix("--hash=")) for part in hashes)


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_names_no_place(lock: str) -> None:
    assert not re.search(r"://| @ |^-|file:", text_of(lock), flags=re.MULTILINE)


@pytest.mark.parametrize("lock", ["agent", "demo", "hub"])
def test_one_version_of_a_package_is_at_work_everywhere(lock: str) -> None:
    assert pins(lock).items() <= pins("dev").items()


def test_the_checkout_is_built_by_what_the_build_system_asks_for() -> None:
    assert GROUPS["build"] == PYPROJECT["build-system"]["requires"]
