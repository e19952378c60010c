"""The README's check of one record with sha256sum and openssl alone really runs, and notices what it should."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from small_log import LOG_KEY, about_the_unit, honest_log

from traceability.evidence import RECORD, encode_evidence

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = next(
    block
    for block in re.findall(r"^```sh\n(.*?)^```", (ROOT / "README.md").read_text(), flags=re.DOTALL | re.MULTILINE)
    if "--unpack" in block
)
pytestmark = pytest.mark.skipif(
    not (shutil.which("openssl") and shutil.which("basenc")), reason="needs openssl and coreutils"
)


@pytest.fixture
def folder(tmp_path):
    """The evidence of the measurements record of the small log, and the log's key."""
    log = honest_log()
    for _ in range(6):
        log.seal("hub", *[record_of(log)])
    batch = log.batches[2]

    def keep(position, line):
        return (about_the_unit(position, line) and b"author-key" in line) or (position == 2 and line == batch.lines[2])

    evidence = log.evidence(f"{RECORD}{batch.hash}:2", keep)
    (tmp_path / "record.json").write_bytes(encode_evidence(evidence))
    (tmp_path / "log.vkey").write_text(f"{LOG_KEY}\n")
    return tmp_path


def record_of(log):
    from small_log import key_of

    return key_of("oem")


def run(folder, script):
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        ["sh", "-e", "-c", script],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
        env=os.environ | {"PATH": path},
        check=False,
    )


def test_the_record_is_proved_by_hand(folder):
    done = run(folder, SCRIPT)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("Signature Verified Successfully") == 2


@pytest.mark.parametrize("part", ["record", "record.path", "header", "header.path", "header.sig", "checkpoint"])
def test_a_changed_part_is_noticed_by_hand(folder, part):
    changed = SCRIPT.replace("cd parts\n", f"cd parts\nsed -i '1s/[0-9A-Fa-f]/x/' {part}\n", 1)
    if part == "header.sig":
        changed = SCRIPT.replace(
            "cd parts\n", "cd parts\nhead -c 63 header.sig > s; printf x >> s; mv s header.sig\n", 1
        )
    done = run(folder, changed)
    assert done.returncode != 0
