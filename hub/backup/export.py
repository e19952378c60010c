"""A hub as one tar file that any program can read: its ledger byte for byte, receipts, and who vouched for it.

In this order: ``manifest.json``; ``hub.pub``, ``log.vkey``, ``witnesses.policy``; on request ``keys/*`` (encrypted);
``batches/NUMBER.zst`` and ``receipts/NUMBER.json`` of every log index; ``cosignatures.jsonl`` and ``forks.jsonl``; and
the files of pictures, where there are any (``hub.backup.picture_files``). What is made from the ledger is left out, it
is made again. Read and written as a stream.
"""

import io
import os
import tarfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

import msgspec

from hub.backup.keys import packed_keys
from hub.backup.make import KEYS, PUBLIC
from hub.backup.manifest import MANIFEST, manifest_of, stated_checkpoint
from hub.backup.picture_files import picture_members
from hub.errors import DataDirectory
from hub.parts import Hub
from hub.projection.rebuild import Progress, silent
from hub.store.core.database import Reading
from hub.store.ledger.batches import batch_body, batch_by_id
from hub.store.ledger.cosignatures import all_cosignatures
from hub.store.ledger.forks import list_forks
from traceability.log.checkpoint import Checkpoint

COSIGNATURES, FORKS = "cosignatures.jsonl", "forks.jsonl"
MODE = 0o600


def export_hub(
    hub: Hub,
    target: Path,
    *,
    passphrase: bytes | None = None,
    pictures: bool = True,
    progress: Progress = silent,
) -> Checkpoint:
    """Write ``target``; with ``passphrase`` the private keys too, without ``pictures`` none of their files.

    The checkpoint it holds.
    """
    if target.exists():
        raise DataDirectory("there is a file here already", where=str(target), advice="choose a new name")
    part = target.with_name(f"{target.name}.part")
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, MODE)
    with os.fdopen(handle, "wb") as file, hub.store.reading() as connection:
        manifest = manifest_of(connection, hub)
        checkpoint = stated_checkpoint(manifest)
        with tarfile.open(fileobj=file, mode="w|", format=tarfile.USTAR_FORMAT) as tar:
            _add(tar, MANIFEST, msgspec.json.encode(manifest))
            for name, data in _first_members(hub, passphrase):
                _add(tar, name, data)
            for index in range(checkpoint.size):
                _add_batch(tar, connection, index)
                if (index + 1) % 1000 == 0 or index + 1 == checkpoint.size:
                    progress(index + 1, checkpoint.size)
            _add(tar, COSIGNATURES, _lines(all_cosignatures(connection)))
            _add(tar, FORKS, _lines(list_forks(connection)))
            for name, data in picture_members(connection, hub.settings.data) if pictures else ():
                _add(tar, name, data)
        _settle(file)
    part.rename(target)
    return checkpoint


def batch_name(index: int) -> str:
    """The name of a batch's file."""
    return f"batches/{index:012d}.zst"


def receipt_name(index: int) -> str:
    """The name of a receipt's file."""
    return f"receipts/{index:012d}.json"


def _first_members(hub: Hub, passphrase: bytes | None) -> Iterator[tuple[str, bytes]]:
    for name in PUBLIC:
        if (hub.settings.data / name).exists():
            yield name, (hub.settings.data / name).read_bytes()
    if passphrase is not None:
        for name, pem in packed_keys(hub.settings.data, passphrase).items():
            yield f"{KEYS}/{name}", pem


def _add_batch(tar: tarfile.TarFile, connection: Reading, index: int) -> None:
    stored, body = batch_by_id(connection, index), batch_body(connection, index)
    if stored is None or body is None:
        raise DataDirectory(f"log index {index} has no batch", advice="run 'zhuoyue-hub fsck'; restore a backup")
    _add(tar, batch_name(index), body)
    _add(tar, receipt_name(index), stored.receipt.encode())


def _add(tar: tarfile.TarFile, name: str, data: bytes) -> None:
    """One member; no time and no owner, so that two exports of one state are equal."""
    member = tarfile.TarInfo(name)
    member.size, member.mode = len(data), MODE
    tar.addfile(member, io.BytesIO(data))


def _lines(rows: Sequence[msgspec.Struct]) -> bytes:
    return b"".join(msgspec.json.encode(row) + b"\n" for row in rows)


def _settle(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())
