"""What a witness remembers survives a kill, and a witness without memory does not start."""

import json
import multiprocessing
import os
import signal
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from small_witness import LOG_KEY, TreeOf

from traceability.log.cosignature import check_cosignatures
from traceability.log.note import COSIGNATURE, parse_verifier_key
from witness.cli import main
from witness.errors import Folder
from witness.memory import Witness, create_witness

GROWING = TreeOf([str(number) for number in range(200)])
OTHER = TreeOf(["other", *(str(number) for number in range(1, 200))])
COMMAND = [sys.executable, "-W", "error", "-m", "witness"]


@pytest.fixture
def folder(tmp_path):
    create_witness(tmp_path / "w", "w.example")
    Witness(tmp_path / "w", lambda: 1).follow(LOG_KEY)
    return tmp_path / "w"


def cosign_for_ever(folder):
    witness = Witness(folder, lambda: 1)
    for size in range(1, 200):
        decision = witness.add_checkpoint(GROWING.request(size - 1, size))
        assert decision.status == 200
        print(size, flush=True)


def test_what_was_cosigned_is_remembered_by_the_next_process(folder):
    assert Witness(folder, lambda: 1).add_checkpoint(GROWING.request(0, 7)).status == 200
    assert Witness(folder, lambda: 1).add_checkpoint(OTHER.request(0, 7)).status == 409
    assert list((folder / "alarms").iterdir())


def test_a_killed_witness_never_forgets_what_it_gave(folder):
    reader, writer = os.pipe()
    context = multiprocessing.get_context("fork")

    def run():
        os.dup2(writer, 1)
        cosign_for_ever(folder)

    process = context.Process(target=run)
    process.start()
    os.close(writer)
    with os.fdopen(reader) as told:
        for line in told:
            if int(line) >= 20:
                os.kill(process.pid, signal.SIGKILL)
                break
        given = max([20, *(int(line) for line in told)])
    process.join(timeout=60)
    remembered = Witness(folder, lambda: 1).seen()[LOG_KEY.name].size
    assert remembered >= given
    assert Witness(folder, lambda: 1).add_checkpoint(OTHER.request(remembered, 200)).status == 422


def test_of_two_histories_asked_at_once_only_one_is_cosigned(folder):
    def ask(tree):
        return Witness(folder, lambda: 1).add_checkpoint(tree.request(0, 50)).status

    with ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(ask, [GROWING, OTHER] * 10))
    assert statuses.count(200) == 1


def test_a_witness_without_memory_does_not_start(folder):
    (folder / "state.json").unlink()
    with pytest.raises(Folder, match="no memory"):
        Witness(folder, lambda: 1)
    create_witness(folder, "w.example")  # on purpose, as for a new witness
    (folder / "state.json").write_bytes(b"{")
    with pytest.raises(Folder, match="can't be read"):
        Witness(folder, lambda: 1).add_checkpoint(GROWING.request(0, 5))


def test_the_command_from_init_to_serving(tmp_path, capsys):
    data = tmp_path / "w"
    assert main(["init", "--data", str(data), "--name", "w.example", "--json"]) == 0
    key = parse_verifier_key(json.loads(capsys.readouterr().out)["verifier_key"], COSIGNATURE)
    assert stat.S_IMODE((data / "witness.key").stat().st_mode) == 0o600
    assert main(["init", "--data", str(data), "--name", "w.example"]) == 1
    assert main(["follow", "--data", str(data), "--log-key", str(LOG_KEY)]) == 0
    assert main(["follow", "--data", str(data), "--log-key", str(key)]) == 1
    process = subprocess.Popen(
        [*COMMAND, "serve", "--data", str(data), "--port", "0", "--json"], stdout=subprocess.PIPE, text=True
    )
    try:
        url = json.loads(process.stdout.readline())["url"]
        answer = httpx.post(f"{url}/add-checkpoint", content=GROWING.request(0, 9), timeout=20)
        assert answer.status_code == 200
        assert len(check_cosignatures(GROWING.note(9) + answer.text, [key])) == 1
        again = httpx.post(f"{url}/prefix/add-checkpoint", content=GROWING.request(3, 9), timeout=20)
        assert (again.status_code, again.text, again.headers["content-type"]) == (409, "9\n", "text/x.tlog.size")
        assert httpx.post(f"{url}/other", content=b"x", timeout=20).status_code == 404
        assert httpx.post(f"{url}/add-checkpoint", content=b"x" * 200_000, timeout=20).status_code == 413
        assert httpx.get(f"{url}/vkey", timeout=20).text.strip() == str(key)
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)
    assert main(["status", "--data", str(data), "--json"]) == 0
    assert json.loads(capsys.readouterr().out.splitlines()[-1])[LOG_KEY.name] == 9
    assert main(["visit", "--data", str(data), "--hub", "http://127.0.0.1:9"]) == 1
