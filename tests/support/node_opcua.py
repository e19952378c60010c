"""An OPC UA server of another maker: node-opcua with the official companion specifications, see tests/peers."""

import hashlib
import json
import os
import queue
import shutil
import subprocess
import threading
from pathlib import Path
from typing import Any

import pytest
from small_opcua import HOST, free_port

ROOT = Path(__file__).resolve().parents[2]
PEERS = ROOT / "tests" / "peers"
_START_SECONDS = 60
_ANSWER_SECONDS = 20


def modules() -> Path:
    """Where the packages of the lock are installed; skips the test with the reason where they are not."""
    lock = hashlib.sha256((PEERS / "package-lock.json").read_bytes()).hexdigest()[:16]
    installed = ROOT / ".cache" / f"peers-{lock}" / "node_modules"
    if shutil.which("node") is None:
        pytest.skip("there is no Node on this machine")
    if not installed.is_dir():
        pytest.skip("the peers from npm are not installed (house/peers.py does that)")
    return installed


class NodeOpcUa:
    """The server's process; one command at a time."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.url = f"opc.tcp://{HOST}:{self.port}"
        self._answers: queue.Queue[dict[str, Any]] = queue.Queue()
        command = ["node", str(PEERS / "opcua_server.js"), str(self.port), str(folder)]
        environment = dict(os.environ, NODE_PATH=str(modules()))
        self._process = subprocess.Popen(
            command,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            encoding="utf-8",
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        ready = self._answer(_START_SECONDS)
        self.certificate = Path(ready["certificate"])
        self.namespace: int = ready["namespace"]

    def do(self, command: str, **arguments: Any) -> dict[str, Any]:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"do": command, **arguments}) + "\n")
        self._process.stdin.flush()
        return self._answer(_ANSWER_SECONDS)

    def end(self) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(10)
        self._reader.join(10)
        self._process.stdout.close()

    def _answer(self, seconds: float) -> dict[str, Any]:
        answer = self._answers.get(timeout=seconds)
        if "error" in answer:
            pytest.fail(answer["error"])
        return answer

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if line.startswith("> "):
                self._answers.put(json.loads(line[2:]))
        self._answers.put({"error": "the node-opcua server ended"})
