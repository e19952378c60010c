"""What a witness remembers, and its one act: judge a checkpoint, remember it durably, then answer.

The folder holds ``witness.key`` (its private key), ``witness.vkey`` (what others verify it by), ``logs`` (verifier keys
of the logs it follows, one a line), ``state.json`` (what it cosigned last, by origin) and, once a log showed two
histories, ``alarms/``: the requests that prove it, signed by that log.
"""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from traceability.encoding import sha256
from traceability.errors import ZhuoyueError, locating
from traceability.keyfile import create_key_file, read_key_file
from traceability.log.cosignature import witness_key
from traceability.log.note import COSIGNATURE, VerifierKey, is_key_name, parse_verifier_key
from traceability.log.witness import Decision, Identity, Seen, decide
from witness.errors import Folder

KEY, VERIFIER_KEY, LOGS, STATE, ALARMS = "witness.key", "witness.vkey", "logs", "state.json", "alarms"
Clock = Callable[[], int]
"""POSIX seconds."""


class Witness:
    """The witness that lives in ``folder``; other processes may use the same folder."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        if not (folder / STATE).is_file():
            raise Folder(
                "there is no memory of what was cosigned",
                where=str(folder / STATE),
                advice="run 'zhuoyue-witness init'; a witness whose memory is lost must get a new name and key",
            )
        self.folder = folder
        with locating(str(folder / VERIFIER_KEY)):
            self.key = parse_verifier_key((folder / VERIFIER_KEY).read_text(encoding="utf-8").strip(), COSIGNATURE)
        self._identity = Identity(self.key.name, read_key_file(folder / KEY), clock)

    def add_checkpoint(self, body: bytes) -> Decision:
        """Judge a request (C2SP ``add-checkpoint``); what is cosigned is on disk before this returns."""
        with self._alone():
            seen = self._read()
            decision = decide(body, self.logs(), seen, self._identity)
            if decision.seen is not None:
                origin = decision.seen.note.partition("\n")[0]
                _write(self.folder / STATE, msgspec.json.encode({**seen, origin: decision.seen}))
            if decision.alarm:
                self._keep(body)
        return decision

    def seen(self) -> dict[str, Seen]:
        """What was cosigned last, by origin."""
        with self._alone():
            return self._read()

    def logs(self) -> list[VerifierKey]:
        """The logs that are followed."""
        lines = (self.folder / LOGS).read_text(encoding="utf-8").splitlines()
        with locating(str(self.folder / LOGS)):
            return [parse_verifier_key(line.strip()) for line in lines if line.strip() and not line.startswith("#")]

    def follow(self, log: VerifierKey) -> bool:
        """Follow ``log`` from now on; False when it is followed already."""
        with self._alone():
            known = self.logs()
            if log in known:
                return False
            _write(self.folder / LOGS, "".join(f"{key}\n" for key in [*known, log]).encode())
        return True

    def _read(self) -> dict[str, Seen]:
        try:
            return msgspec.json.decode((self.folder / STATE).read_bytes(), type=dict[str, Seen])
        except msgspec.DecodeError as error:
            raise Folder(
                f"the memory can't be read: {error}",
                where=str(self.folder / STATE),
                advice="a witness whose memory is lost must get a new name and key",
            ) from None

    def _keep(self, body: bytes) -> None:
        folder = self.folder / ALARMS
        folder.mkdir(exist_ok=True)
        _write(folder / f"{sha256(body).hex()[:16]}.txt", body)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """One judgement at a time, over threads and processes."""
        with (self.folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def create_witness(folder: Path, name: str) -> VerifierKey:
    """Make a witness; its memory comes last, so that it is either there or not."""
    if not is_key_name(name):
        raise Folder(f"{name!r} can't name a witness", where="--name", advice="without spaces and without '+'")
    if (folder / STATE).exists():
        raise Folder("a witness is here already", where=str(folder), advice="choose another folder")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        signer = read_key_file(folder / KEY)  # an init that was killed left it; it has signed nothing
    except ZhuoyueError:
        signer = create_key_file(folder / KEY)
    key = witness_key(name, signer)
    _write(folder / VERIFIER_KEY, f"{key}\n".encode())
    _write(folder / LOGS, b"")
    _write(folder / STATE, b"{}")
    return key


def _write(path: Path, data: bytes) -> None:
    """Replace a file durably: its bytes, then its name."""
    part = path.with_name(f"{path.name}.part")
    with part.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
    handle = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
