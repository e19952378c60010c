"""Service definitions: what they start, what they forbid, and that systemd takes the unit."""

import re
import shutil
import subprocess
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from small_agent import write_agent

from edge_agent.cli import main

ANALYZE = shutil.which("systemd-analyze")


@pytest.fixture
def folder(tmp_path):
    place = tmp_path / "line 1 & 50%"
    place.mkdir()
    return write_agent(place, 502, more='[log]\nfile = "logs/agent.log"\n')


def written(folder, kind, capsys, *more):
    assert main(["service", kind, str(folder / "agent.toml"), *more]) == 0
    return capsys.readouterr().out


def settings(unit):
    found = {}
    for line in unit.splitlines():
        if "=" in line and not line.startswith("#"):
            key, _, value = line.partition("=")
            found.setdefault(key, []).append(value)
    return found


def test_the_unit_starts_this_agent_as_its_own_user(folder, capsys):
    unit = settings(written(folder, "systemd", capsys, "--user", "line1"))
    (start,) = unit["ExecStart"]
    config = str(folder / "agent.toml").replace("%", "%%")
    assert re.fullmatch(rf'"\S+/zhuoyue-agent" run "{re.escape(config)}"', start)
    assert unit["User"] == ["line1"]
    assert unit["ExecReload"] == ["/bin/kill -HUP $MAINPID"]
    assert unit["WorkingDirectory"] == [str(folder).replace("%", "%%")]


def test_the_unit_leaves_the_agent_its_folders_and_nothing_else(folder, capsys):
    unit = settings(written(folder, "systemd", capsys))
    escaped = str(folder).replace("%", "%%")
    assert unit["ReadWritePaths"] == [f'"{escaped}/data" "{escaped}/logs"']
    assert unit["ProtectSystem"] == ["strict"]
    assert unit["NoNewPrivileges"] == ["yes"]
    assert unit["CapabilityBoundingSet"] == [""]
    assert unit["Restart"] == ["always"]
    assert int(unit["TimeoutStopSec"][0]) > 10 + 5, "longer than stations and sending may take to end"


@pytest.mark.skipif(ANALYZE is None, reason="there is no systemd-analyze on this machine")
def test_systemd_takes_the_unit(folder, tmp_path, capsys):
    unit = tmp_path / "zhuoyue-agent.service"
    written(folder, "systemd", capsys, "--user", "root", "--output", str(unit))
    text = unit.read_text(encoding="utf-8")
    command = re.search(r'^ExecStart="([^"]+)"', text, re.MULTILINE)[1]
    if not Path(command).exists():
        unit.write_text(text.replace(command, "/bin/true"), encoding="utf-8")
    done = subprocess.run(
        [ANALYZE, "verify", "--man=no", unit], capture_output=True, text=True, timeout=60, check=False
    )
    about_it = [line for line in done.stderr.splitlines() if "zhuoyue-agent.service" in line]
    assert about_it == []


def test_the_windows_definition_is_xml_that_says_it_is_untested(folder, capsys):
    text = written(folder, "windows", capsys)
    assert "NOT TESTED ON WINDOWS" in text
    service = ET.fromstring(text)
    assert service.findtext("arguments") == f'run "{folder / "agent.toml"}"'
    assert service.findtext("serviceaccount/username") == "NT AUTHORITY\\LocalService"
    assert service.findtext("executable").endswith(("zhuoyue-agent", "zhuoyue-agent.exe"))
    assert service.find("onfailure").get("action") == "restart"
    assert {"id", "name", "description", "stoptimeout", "startmode"} <= {element.tag for element in service}


def test_a_file_that_is_there_is_never_written_over(folder, tmp_path, capsys):
    output = tmp_path / "line-1.service"
    assert "install it as its first lines say" in written(folder, "systemd", capsys, "--output", str(output))
    assert "systemctl enable --now line-1" in output.read_text(encoding="utf-8")
    assert main(["service", "systemd", str(folder / "agent.toml"), "--output", str(output)]) == 1
    assert "is here already" in capsys.readouterr().err


@pytest.mark.parametrize("kind", ["systemd", "windows"])
def test_a_name_that_would_break_out_of_the_file_is_refused(tmp_path, kind, capsys):
    place = tmp_path / "a\nExecStart=evil"
    place.mkdir()
    write_agent(place, 502)
    assert main(["service", kind, str(place / "agent.toml")]) == 1
    assert "unprintable characters" in capsys.readouterr().err
