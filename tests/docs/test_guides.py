"""The guides cannot drift: every command they show exists with its options, and the first steps really run."""

import io
import os
import re
import shlex
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from functools import cache
from importlib.metadata import entry_points
from pathlib import Path
from unittest import mock

import pytest

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
PAGES = ["README.md", "README.zh-CN.md", *(str(p.relative_to(ROOT)) for p in sorted(ROOT.glob("docs/[ez]*/*.md")))]
OURS = re.compile(r"^(?:\S*/)?(zhuoyue-[a-z]+)\b(.*)$")


def shell_lines(page):
    """Command lines of the page's sh blocks, continued lines joined, comments taken away."""
    blocks = re.findall(r"^```sh\n(.*?)^```", (ROOT / page).read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)
    for line in "".join(blocks).replace("\\\n", " ").splitlines():
        if line.split("#")[0].strip():
            yield line.split(" #")[0].strip()


def run(*command, cwd=None):
    path = f"{BIN}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        command, cwd=cwd, capture_output=True, text=True, timeout=120, env=os.environ | {"PATH": path}, check=False
    )


@cache
def main_of(program):
    """The function that the installed command calls: asked in this process, because starting each takes seconds."""
    (script,) = entry_points(group="console_scripts", name=program)
    return script.load()


@cache
def help_of(program, *verbs):
    """What ``program verbs --help`` prints; nothing where that is wrong."""
    shown = io.StringIO()
    given = mock.patch.object(sys, "argv", [program, *verbs, "--help"])
    with given, redirect_stdout(shown), redirect_stderr(io.StringIO()), pytest.raises(SystemExit) as ended:
        main_of(program)()
    return shown.getvalue() if ended.value.code == 0 else ""


def verbs_of(words):
    """The words that name verbs: those before the first option or operand, as far as help knows them."""
    command = [words[0]]
    for word in words[1:]:
        if word.startswith("-") or not re.search(rf"^    {re.escape(word)}\b", help_of(*command), flags=re.MULTILINE):
            break
        command.append(word)
    return command


@pytest.mark.parametrize("page", PAGES)
def test_every_command_shown_exists_with_its_options(page):
    for line in shell_lines(page):
        shown = OURS.match(line)
        if shown is None:
            continue
        words = [shown[1], *shlex.split(shown[2])]
        text = help_of(*verbs_of(words))
        assert text, f"{page}: {line}"
        for option in (word.split("=")[0] for word in words if word.startswith("--")):
            assert re.search(rf"{re.escape(option)}\b", text), f"{page}: {option} in {line}"


def test_the_first_steps_of_the_plant_it_guide_run_as_they_stand(tmp_path):
    guide = (ROOT / "docs/en/plant-it.md").read_text(encoding="utf-8")
    section = guide.split("## A hub and its first agent\n")[1].split("\n## ")[0]
    script = re.search(r"^```sh\n(.*?)^```", section, flags=re.DOTALL | re.MULTILINE)[1]
    done = run("sh", "-e", "-c", script, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "hub" / "log.vkey").read_text().startswith("hub.example.com/log+")
    refused = run("zhuoyue-hub", "agent", "add", "--data", "hub", "--author", "x", "--plant", "supplier-a.machining",
                  "--public-key", "@nowhere.pub", cwd=tmp_path)  # fmt: skip
    assert refused.returncode != 0
    assert "nowhere.pub: there is no such file" in refused.stderr


def test_the_program_of_the_plant_it_guide_runs_as_it_stands(tmp_path, capsys, monkeypatch):
    from running_app import running
    from small_hub import small_hub
    from supply_chain import supply_chain

    from hub.accounts.permission import Scope
    from hub.accounts.tokens import make_token
    from hub.pages.site import create_site

    guide = (ROOT / "docs/en/plant-it.md").read_text(encoding="utf-8")
    section = guide.split("## Asking from a program\n")[1].split("\n## ")[0]
    program = re.search(r"^```python\n(.*?)^```", section, flags=re.DOTALL | re.MULTILINE)[1]
    assert len([line for line in program.splitlines() if line and not line.startswith("import")]) == 5
    hub = small_hub(tmp_path / "hub")
    supply_chain(hub, 2)
    monkeypatch.setenv("ZHUOYUE_TOKEN", make_token(hub, "oem", [Scope.READ]).text)
    with running(create_site(hub, open_pages=False)) as address:
        monkeypatch.setenv("ZHUOYUE_HUB", address)
        names: dict[str, object] = {}
        exec(program, names)
        names["hub"].close()
    hub.store.close()
    said = capsys.readouterr().out
    assert re.search(r"^Yuanhang assembly plant L\d bound by \w+", said, flags=re.MULTILINE), said
