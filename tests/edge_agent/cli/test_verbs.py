import json
import re
import stat
import subprocess
import sys

import pytest

from edge_agent.cli import main
from edge_agent.template import CONFIG
from traceability.encoding import from_base64, to_base64
from traceability.keyfile import read_key_file

HUB_KEY = to_base64(b"h" * 32)


def init(folder, *more):
    return main(["init", str(folder), "--author", "supplier-a.line-1", "--hub-key", HUB_KEY, *more])


def test_init_makes_a_folder_that_check_accepts(tmp_path, capsys):
    assert init(tmp_path / "new", "--environment", "test", "--json") == 0
    made = json.loads(capsys.readouterr().out)
    assert made["author"] == "supplier-a.line-1"
    key_file = tmp_path / "new" / "agent.key"
    assert stat.S_IMODE(key_file.stat().st_mode) == 0o600
    assert from_base64(made["public_key"], "key") == read_key_file(key_file).public_key

    assert main(["check", made["config"], "--json"]) == 0
    checked = json.loads(capsys.readouterr().out)
    assert checked["public_key"] == made["public_key"]
    assert checked["environment"] == "test"
    assert checked["stations"][0]["measurements"] == {"m1": "bore"}
    assert not (tmp_path / "new" / "data").exists(), "check writes nothing"


def test_every_line_of_the_template_that_is_commented_out_would_hold_too(tmp_path, capsys):
    init(tmp_path)
    config = tmp_path / "agent.toml"
    config.write_text(re.sub(r"(?m)^# (?=[a-z\[])", "", config.read_text(encoding="utf-8")), encoding="utf-8")
    assert main(["check", str(config)]) == 0
    assert "camera: unit, housing" in capsys.readouterr().out
    assert "lot_part" in CONFIG


def test_a_name_with_quotes_does_not_break_the_file(tmp_path, capsys):
    assert main(["init", str(tmp_path), "--author", 'a "b" \\ 中', "--hub-key", HUB_KEY]) == 0
    assert main(["check", str(tmp_path / "agent.toml"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["author"] == 'a "b" \\ 中'


def test_init_never_touches_what_is_there(tmp_path, capsys):
    init(tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert init(tmp_path) == 1
    assert "agent.toml: is here already" in capsys.readouterr().err
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def one_line(capsys):
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("\n") == 1
    assert captured.err.startswith("zhuoyue-agent: ")
    return captured.err


@pytest.mark.parametrize("verb", ["check", "run", "status"])
def test_an_error_of_the_configuration_is_one_line_before_anything_happens(tmp_path, capsys, verb):
    init(tmp_path)
    config = tmp_path / "agent.toml"
    config.write_text(config.read_text(encoding="utf-8").replace("poll_ms = 50", "poll_ms = 0"), encoding="utf-8")
    capsys.readouterr()
    assert main([verb, str(config)]) == 1
    assert 'agent.toml: device "cell-1".poll_ms' in one_line(capsys)
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize("verb", ["check", "run"])
@pytest.mark.parametrize(
    ("content", "said"), [(None, "there is no key file"), (b"x", "not an unencrypted PKCS#8 private key")]
)
def test_a_key_that_cannot_be_used_is_named(tmp_path, capsys, verb, content, said):
    init(tmp_path)
    (tmp_path / "agent.key").unlink()
    if content:
        (tmp_path / "agent.key").write_bytes(content)
    capsys.readouterr()
    assert main([verb, str(tmp_path / "agent.toml")]) == 1
    line = one_line(capsys)
    assert "agent.key" in line
    assert said in line


def test_status_before_the_first_start_says_what_to_do(tmp_path, capsys):
    init(tmp_path)
    capsys.readouterr()
    assert main(["status", str(tmp_path / "agent.toml")]) == 1
    assert "there is no outbox yet (run the agent first)" in one_line(capsys)


@pytest.mark.parametrize("arguments", [[], ["init"], ["check"], ["walk"], ["run", "a", "b"]])
def test_wrong_arguments_are_the_callers(arguments, capsys):
    with pytest.raises(SystemExit, match="2"):
        main(arguments)
    assert "usage: zhuoyue-agent" in capsys.readouterr().err


def test_the_module_runs_as_the_command_does():
    help_text = subprocess.run(
        [sys.executable, "-m", "edge_agent", "--help"], capture_output=True, text=True, check=True, timeout=30
    ).stdout
    for verb in ("init", "check", "run", "status"):
        assert re.search(rf"(?m)^    {verb} ", help_text)
