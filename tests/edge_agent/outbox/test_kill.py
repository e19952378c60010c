"""SIGKILL at any moment: everything that was said to be stored is there, once, and the chain goes on."""

import subprocess
import sys
import time
from pathlib import Path
from random import Random

from small_outbox import audited

from traceability.record.production import ChainStartRecord, FirstPassClaim, UnitResultRecord
from traceability.signing import Ed25519Signer

PROGRAM = Path(__file__).with_name("stored_and_killed.py")
ROUNDS = 6


def test_killed_again_and_again_nothing_is_lost_or_doubled(tmp_path):
    path, random = tmp_path / "outbox.db", Random(4)
    promised: set[str] = set()
    for number in range(ROUNDS):
        process = subprocess.Popen([sys.executable, str(PROGRAM), str(path)], stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        first = process.stdout.readline()
        time.sleep(random.uniform(0.0, 0.02) if number % 2 else random.uniform(0.05, 0.15))
        process.kill()
        rest = process.stdout.read()  # not communicate: it passes over what readline has read ahead
        process.wait(timeout=60)
        process.stdout.close()
        promised |= {"-".join(line.split()) for line in (first + rest).splitlines() if line.count(" ") == 1}

    found = audited(path, Ed25519Signer.from_seed(b"a" * 32).public_key)
    stored = [record.id for record in found.of(UnitResultRecord)]
    assert len(stored) == len(set(stored))
    assert len(promised) > ROUNDS
    assert promised - set(stored) == set()
    assert len(set(stored) - promised) <= 3 * ROUNDS, "at most one cycle per station was stored and not yet said so"
    for name in ("OP10", "OP20", "OP30"):
        cycles = [int(entry.split("-")[1]) for entry in stored if entry.startswith(name)]
        assert cycles == list(range(1, len(cycles) + 1))
    assert len(found.of(ChainStartRecord)) == 1
    assert len(found.of(FirstPassClaim)) == found.claims_checked > 0


def test_killed_while_it_starts_for_the_first_time_it_starts_the_next_time(tmp_path):
    random = Random(5)
    for number in range(3):
        path = tmp_path / f"{number}.db"
        process = subprocess.Popen([sys.executable, str(PROGRAM), str(path)], stdout=subprocess.PIPE, text=True)
        deadline = time.monotonic() + 10
        while not path.exists() and time.monotonic() < deadline:
            time.sleep(0.0005)
        time.sleep(random.uniform(0.0, 0.01))
        process.kill()
        process.communicate(timeout=60)

        again = subprocess.Popen([sys.executable, str(PROGRAM), str(path)], stdout=subprocess.PIPE, text=True)
        assert again.stdout is not None
        assert again.stdout.readline().startswith("OP")
        again.kill()
        again.communicate(timeout=60)
        assert len(audited(path, Ed25519Signer.from_seed(b"a" * 32).public_key).of(ChainStartRecord)) == 1
