"""The devices from npm: pinned by hash, and by no registry's address."""

import json
from pathlib import Path

PEERS = Path(__file__).resolve().parents[1] / "peers"


def test_the_lock_pins_every_package_by_hash_and_names_no_registry():
    packages = json.loads((PEERS / "package-lock.json").read_bytes())["packages"]
    root = packages.pop("")
    assert root["dependencies"] == json.loads((PEERS / "package.json").read_bytes())["dependencies"]
    assert all(version[0].isdigit() for version in root["dependencies"].values()), "exact versions"
    assert len(packages) > 100
    for name, package in packages.items():
        assert package["integrity"].startswith("sha512-"), name
        assert "resolved" not in package, name
