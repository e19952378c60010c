"""The files for running a hub name only what there is: its options, its metrics, its locks; and none is loose."""

import json
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from small_hub import SmallAgent, client_of

from hub.cli import hub_parser
from hub.parts import Hub

ROOT = Path(__file__).resolve().parents[3]
DEPLOY = ROOT / "deploy"
UNITS = sorted((DEPLOY / "systemd").iterdir())
_METRIC = re.compile(r"\b(zhuoyue_[a-z_]+)\b")
_ENDS = {"gauge": ("",), "counter": ("",), "histogram": ("_bucket", "_sum", "_count"), "info": ("_info",)}


def read(name: str) -> Any:
    return yaml.safe_load((DEPLOY / name).read_text(encoding="utf-8"))


def queries() -> Iterator[str]:
    board = json.loads((DEPLOY / "grafana" / "hub.json").read_text(encoding="utf-8"))
    yield from (target["expr"] for panel in board["panels"] for target in panel["targets"])
    yield from (rule["expr"] for group in read("prometheus/alerts.yml")["groups"] for rule in group["rules"])


async def test_every_metric_that_is_asked_for_is_there(hub: Hub, agent: SmallAgent) -> None:
    async with client_of(hub) as client:
        await client.get("/healthz")
        text = (await client.get("/metrics")).text
    kinds = dict(line.split()[2:4] for line in text.splitlines() if line.startswith("# TYPE"))
    there = {name + end for name, kind in kinds.items() for end in _ENDS[kind]}  # one without an event has no sample
    asked = {name for query in queries() for name in _METRIC.findall(query)}
    assert len(asked) > 12
    assert asked - there == set()


def test_every_alert_says_what_happened_and_what_to_do() -> None:
    rules = [rule for group in read("prometheus/alerts.yml")["groups"] for rule in group["rules"]]
    assert len({rule["alert"] for rule in rules}) == len(rules) > 5
    for rule in rules:
        assert rule["labels"]["severity"] in ("page", "ticket")
        assert rule["annotations"]["summary"]
        assert rule["annotations"]["action"]
        assert rule["expr"].count("(") == rule["expr"].count(")")


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_a_unit_runs_the_program_by_options_it_has(unit: Path) -> None:
    (command,) = re.findall(r"^ExecStart=(.+)$", unit.read_text(encoding="utf-8"), re.MULTILINE)
    program, *arguments = shlex.split(command.replace("%i", "8444"))
    assert program.endswith("/zhuoyue-hub")
    assert hub_parser().parse_args(arguments).host == "0.0.0.0"
    assert "--tls" in arguments


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_systemd_itself_finds_no_fault(unit: Path, tmp_path: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        return  # the one before has read what we can read
    program = tmp_path / "zhuoyue-hub"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    copy = tmp_path / unit.name.replace("@", "@8444")
    copy.write_text(unit.read_text(encoding="utf-8").replace("/opt/zhuoyue/bin/zhuoyue-hub", str(program)))
    found = subprocess.run(["systemd-analyze", "verify", copy], capture_output=True, text=True, check=False, timeout=60)
    assert unit.name.split("@")[0] not in found.stderr, found.stderr


def test_the_image_is_pinned_and_nobody_is_root_in_it() -> None:
    lines = (DEPLOY / "container" / "Dockerfile").read_text(encoding="utf-8").splitlines()
    bases = [line.split()[1] for line in lines if line.startswith("FROM ")]
    assert all(re.fullmatch(r"python:3\.11\.\d+-slim-\w+", base) for base in bases)
    users = [line.split()[1] for line in lines if line.startswith("USER ")]
    assert users[-1] == "zhuoyue"
    (command,) = [json.loads(line.removeprefix("CMD ")) for line in lines if line.startswith("CMD ")]
    assert hub_parser().parse_args(command).port == 8443
    (lock,) = {found for line in lines for found in re.findall(r"requirements/\S+\.lock", line)}
    assert (ROOT / lock).is_file()


def test_the_composition_holds_together() -> None:
    composed = read("container/compose.yaml")
    assert hub_parser().parse_args(composed["services"]["hub"]["command"]).tls
    for name, service in composed["services"].items():
        assert re.search(r":v?\d+\.\d+", service["image"]), f"{name} is not pinned"
        assert "no-new-privileges:true" in service["security_opt"]
        assert not service.get("privileged")
        assert set(service.get("secrets", ())) <= composed["secrets"].keys()
        assert set(service["networks"]) <= composed["networks"].keys()
        for volume in service["volumes"]:
            source = volume.split(":")[0]
            known = source in composed["volumes"] or source.startswith("./secrets/")
            assert known or (DEPLOY / "container" / source).exists(), volume
    assert composed["services"]["hub"]["read_only"]
    assert "environment" not in composed["services"]["hub"], "a password in the environment is seen by everybody"
    assert composed["services"]["store"]["environment"]["POSTGRES_PASSWORD_FILE"].startswith("/run/secrets/")


def test_what_is_scraped_is_what_is_served() -> None:
    scraped = read("prometheus/prometheus.yml")
    assert all((DEPLOY / "prometheus" / name).is_file() for name in scraped["rule_files"])
    (job,) = scraped["scrape_configs"]
    assert (job["scheme"], job["static_configs"][0]["targets"]) == ("https", ["hub:8443"])
    assert "metrics_path" not in job, "/metrics is the usual one"
