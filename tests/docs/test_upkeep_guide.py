"""The plant IT guide's sections on backup and on witnesses run as they stand, one after the other."""

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
GUIDE = (ROOT / "docs/en/plant-it.md").read_text(encoding="utf-8")


def script_of(heading: str) -> str:
    section = GUIDE.split(f"## {heading}\n")[1].split("\n## ")[0]
    block = re.search(r"^```sh\n(.*?)^```", section, flags=re.DOTALL | re.MULTILINE)
    assert block
    run = f"{sys.executable} -W error -m"
    return re.sub(r"^zhuoyue-(hub|witness)\b", rf"{run} \1", block[1], flags=re.MULTILINE)


def test_backup_restore_move_and_witness(tmp_path: Path) -> None:
    script = "\n".join(
        [
            f"{sys.executable} -m hub init --data hub --origin hub.example.com/log",
            "echo 'correct horse battery' > passphrase",
            script_of("Backup, restore and moving a hub"),
            script_of("Witnesses"),
        ]
    )
    done = subprocess.run(
        ["sh", "-e", "-c", script],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=540,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert (tmp_path / "hub" / "witnesses.policy").read_text().startswith("log hub.example.com/log+")
    assert (tmp_path / "hub-moved" / "hub.db").exists()
