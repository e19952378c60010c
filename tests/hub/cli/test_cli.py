import json
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from small_hub import SmallAgent

from hub.cli import main
from traceability import sync
from traceability.batch.open import compress
from traceability.encoding import from_base64
from traceability.log.checkpoint import open_checkpoint
from traceability.log.note import parse_verifier_key

COMMAND = [sys.executable, "-W", "error", "-m", "hub"]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "hub"
    assert main(["init", "--data", str(folder), "--environment", "demo"]) == 0
    return folder


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]):
    """Run a verb with ``--json``; status, parsed output and error text."""

    def run(*words: object) -> tuple[int, dict, str]:
        capsys.readouterr()
        status = main([*(str(word) for word in words), "--json"])
        captured = capsys.readouterr()
        return status, json.loads(captured.out or "{}"), captured.err

    return run


@pytest.fixture
def served(data: Path, tmp_path: Path) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """A hub process that is listening, and its address."""
    ready = tmp_path / "ready.json"
    words = ["serve", "--data", str(data), "--port", "0", "--ready-file", str(ready), "--json"]
    process = subprocess.Popen([*COMMAND, *words], stdout=subprocess.PIPE)
    deadline = time.monotonic() + 120
    while not ready.exists() and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.05)
    yield process, json.loads(ready.read_text())["url"]
    if process.poll() is None:
        process.kill()
    process.communicate(timeout=60)


def test_init_makes_keys_that_only_their_owner_reads_and_shows_none(data: Path, tmp_path: Path, run) -> None:
    status, said, _ = run("init", "--data", tmp_path / "other", "--origin", "hub.example/log")
    assert (status, said["origin"], said["environment"]) == (0, "hub.example/log", "production")
    assert len(from_base64(said["hub_public_key"], "key")) == 32
    assert parse_verifier_key(said["log_verifier_key"]).name == "hub.example/log"
    secrets = [tmp_path / "other" / name for name in ("hub.key", "log.key", "admin.token")]
    for path in secrets:
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert path.read_text().splitlines()[-1] not in json.dumps(said)
    token = (tmp_path / "other" / "admin.token").read_bytes().strip()
    assert token not in (tmp_path / "other" / "hub.db").read_bytes()


def test_init_never_overwrites(data: Path, run) -> None:
    before = {path.name: path.read_bytes() for path in data.iterdir()}
    status, _, error = run("init", "--data", data)
    assert status == 1
    assert "already" in error
    assert {path.name: path.read_bytes() for path in data.iterdir()} == before


@pytest.mark.parametrize("origin", ["", "a b", "a+b", "a\nb"])
def test_an_origin_that_can_not_name_a_log(tmp_path: Path, run, origin: str) -> None:
    status, _, error = run("init", "--data", tmp_path / "x", "--origin", origin)
    assert (status, error.count("\n")) == (1, 1)
    assert not (tmp_path / "x").exists()


def test_a_hub_serves_while_agents_are_added_and_stops_in_good_order(data: Path, served, run) -> None:
    process, url = served
    agent = SmallAgent("a.line-1")
    body = compress(agent.seal(agent.result("S1")))
    zstd = {"Content-Encoding": "zstd"}
    with httpx.Client(base_url=url, timeout=10) as client:
        assert client.post(sync.BATCHES_PATH, content=body, headers=zstd).status_code == 403
        assert run("org", "add", "--data", data, "--id", "a", "--name", "A", "--name-zh", "甲")[1]["new"]
        assert run("plant", "add", "--data", data, "--id", "plant-a", "--organisation", "a", "--name", "A1")[1]["new"]
        added = ["agent", "add", "--data", data, "--author", "a.line-1", "--plant", "plant-a"]
        assert run(*added, "--public-key", agent.public_key)[1] == {"id": "a.line-1", "new": True, "log_index": 3}
        answer = client.post(sync.BATCHES_PATH, content=body, headers=zstd)
        assert answer.status_code == 201
        key = parse_verifier_key(client.get("/log/vkey").text.strip())
        assert open_checkpoint(client.get("/log/checkpoint").text, key).size == 5
    process.send_signal(signal.SIGTERM)
    out, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    assert json.loads(out) == {"url": url}
    assert run("fsck", "--data", data)[1]["batches"] == 5
    assert run("rebuild", "--data", data)[1]["batches"] == 5


def test_the_port_that_is_taken_is_named(data: Path, served, run) -> None:
    port = served[1].rpartition(":")[2]
    status, _, error = run("serve", "--data", data, "--port", port)
    assert (status, error.count("\n")) == (1, 1)
    assert port in error


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.2", "::", "hub.example"])
def test_it_refuses_to_listen_where_others_could_read(data: Path, run, host: str) -> None:
    status, _, error = run("serve", "--data", data, "--port", "0", "--host", host)
    assert status == 1
    assert "127.0.0.1" in error


@pytest.mark.parametrize(
    "words",
    [
        ["serve", "--port", "0"],
        ["rebuild"],
        ["fsck"],
        ["org", "add", "--id", "a", "--name", "A"],
        ["plant", "add", "--id", "a", "--organisation", "a", "--name", "A"],
        ["agent", "add", "--author", "a", "--plant", "p", "--public-key", "A" * 43 + "="],
    ],
)
def test_every_verb_says_in_one_line_that_there_is_no_hub(tmp_path: Path, run, words: list[str]) -> None:
    status, _, error = run(*words, "--data", tmp_path / "nothing")
    assert (status, error.count("\n")) == (1, 1)
    assert "zhuoyue-hub init" in error
    assert not (tmp_path / "nothing").exists()


def test_the_same_entry_again_adds_nothing(data: Path, run) -> None:
    add = ["org", "add", "--data", data, "--id", "a", "--name", "A"]
    assert run(*add)[1]["new"]
    assert run(*add) == (0, {"id": "a", "new": False, "log_index": None}, "")


@pytest.mark.parametrize("leftovers", [(), ("hub.key",), ("hub.key", "log.key", "admin.token", "hub.db.new")])
def test_init_is_repeated_after_it_was_killed(tmp_path: Path, run, leftovers: tuple[str, ...]) -> None:
    folder = tmp_path / "half"
    folder.mkdir()
    (folder / "init.unfinished").touch()
    for name in leftovers:
        (folder / name).write_bytes(b"half a file")
    assert run("init", "--data", folder)[0] == 0
    assert run("fsck", "--data", folder)[1]["whole"]
    assert not (folder / "init.unfinished").exists()


def test_init_killed_at_any_moment_can_be_repeated(tmp_path: Path) -> None:
    for number, delay in enumerate((0.6, 0.9, 1.2, 1.6)):
        folder = tmp_path / str(number)
        process = subprocess.Popen([*COMMAND, "init", "--data", str(folder)], stdout=subprocess.DEVNULL)
        try:
            process.wait(delay)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(20)
        done = (folder / "hub.db").exists()
        assert main(["init", "--data", str(folder)]) == (1 if done else 0)
        assert main(["fsck", "--data", str(folder), "--jobs", "1"]) == 0


def test_the_keys_of_a_hub_that_lost_its_database_are_never_cleared(data: Path, run) -> None:
    keys = {name: (data / name).read_bytes() for name in ("hub.key", "log.key")}
    (data / "hub.db").unlink()
    status, _, error = run("init", "--data", data)
    assert status == 1
    assert "restore it from a backup" in error
    assert {name: (data / name).read_bytes() for name in keys} == keys


def test_what_only_pages_and_workbooks_need_is_not_loaded_by_every_verb() -> None:
    heavy = ("fastapi", "jinja2", "openpyxl", "uvicorn")
    program = f"import sys, hub.cli; print(*(name for name in {heavy} if name in sys.modules))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, done.stdout.split()) == (0, []), done.stderr


def test_help_names_every_verb() -> None:
    shown = subprocess.run([*COMMAND, "--help"], capture_output=True, text=True, timeout=60, check=True).stdout
    for verb in (
        "init",
        "serve",
        "org",
        "plant",
        "agent",
        "rebuild",
        "fsck",
        "backup",
        "restore",
        "export",
        "import",
        "witness",
    ):
        assert verb in shown


def test_a_key_file_that_is_missing_is_named(data: Path, run) -> None:
    (data / "log.key").unlink()
    status, _, error = run("fsck", "--data", data)
    assert status == 1
    assert "log.key" in error
