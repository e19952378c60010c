"""A hub from an export: its ledger entered batch by batch, projected anew, and verified whole before it is accepted."""

import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

import msgspec

from hub.audit.fsck import Audit
from hub.backup.export import COSIGNATURES, FORKS, batch_name, receipt_name
from hub.backup.keys import PRIVATE, GivenKeys, give_keys
from hub.backup.make import KEYS, PUBLIC, OpenCopy
from hub.backup.manifest import MANIFEST, Manifest, check_reached, decode_manifest
from hub.backup.picture_files import take_pictures
from hub.backup.restore import settle
from hub.errors import DataDirectory
from hub.ledger.append import Entry, append_batches, placed
from hub.parts import Hub
from hub.projection.rebuild import Progress, project_again, silent
from hub.settings import DATABASE
from hub.store.backend.sqlite_file import create_store
from hub.store.core.database import Writing
from hub.store.ledger.cosignatures import StoredCosignature, put_cosignature
from hub.store.ledger.forks import StoredFork, insert_fork
from hub.store.ledger.meta import write_meta
from traceability.batch.open import decompress, open_batch
from traceability.errors import Malformed
from traceability.log.checkpoint import Checkpoint, read_checkpoint
from traceability.signing import envelope_payload, read_envelope
from traceability.sync import RECEIPT_TYPE, Receipt

BATCHES_AT_ONCE = 200
LARGEST_MEMBER = 256 * 1024 * 1024
S = TypeVar("S", bound=msgspec.Struct)
_FIRST = {*PUBLIC, *(f"{KEYS}/{name}" for name in PRIVATE)}


class _Stream:
    """The members of a tar file in their order; each may be looked at before it is taken."""

    def __init__(self, tar: tarfile.TarFile) -> None:
        self._members = self._read(tar)
        self._ahead: tuple[str, bytes] | None = None

    def peek(self) -> str:
        """The name of the next member, empty at the end."""
        if self._ahead is None:
            self._ahead = next(self._members, None)
        return "" if self._ahead is None else self._ahead[0]

    def take(self, name: str) -> bytes:
        """The next member, which must be ``name``."""
        found = self.peek()
        if self._ahead is None or found != name:
            raise Malformed(f"{name} was expected, {found[:80] or 'the end'} comes", where="export")
        data = self._ahead[1]
        self._ahead = None
        return data

    @staticmethod
    def _read(tar: tarfile.TarFile) -> Iterator[tuple[str, bytes]]:
        for member in tar:
            content = tar.extractfile(member) if member.isreg() and member.size <= LARGEST_MEMBER else None
            if content is None:
                raise Malformed(f"{member.name[:80]!r} is no file of an export", where="export")
            yield member.name, content.read()


def import_hub(
    source: Path,
    data: Path,
    open_hub: OpenCopy,
    *,
    token: str,
    keys: GivenKeys,
    jobs: int = 1,
    progress: Progress = silent,
) -> Audit:
    """Make the hub ``data`` of the export ``source``; keys as in ``restore_backup``.

    Errors as there, and ``Malformed`` when the file is no whole export; then ``data`` is not there.
    """
    manifests: list[Manifest] = []

    def fill(folder: Path) -> None:
        try:
            with tarfile.open(source, mode="r|") as tar:
                manifests.append(_unpack(_Stream(tar), folder, open_hub, keys, progress))
        except tarfile.TarError as error:
            raise Malformed(f"not a whole tar file: {error}", where=str(source)) from None

    def accept(checkpoint: Checkpoint) -> None:
        check_reached(manifests[0], checkpoint)

    return settle(data, fill, accept, open_hub, token=token, jobs=jobs, progress=progress)


def _unpack(stream: _Stream, folder: Path, open_hub: OpenCopy, keys: GivenKeys, progress: Progress) -> Manifest:
    manifest = decode_manifest(stream.take(MANIFEST), MANIFEST)
    packed = {}
    while (name := stream.peek()) in _FIRST:
        content = stream.take(name)
        if name in PUBLIC:
            (folder / name).write_bytes(content)
        else:
            packed[name.removeprefix(f"{KEYS}/")] = content
    give_keys(folder, packed, keys)
    store = create_store(folder / DATABASE)
    about = {"schema_version": manifest.schema, "origin": manifest.origin, "environment": manifest.environment}
    with store.writing() as connection:
        write_meta(connection, about)
    store.close()
    hub = open_hub(folder)
    try:
        _enter_ledger(hub, stream, read_checkpoint(manifest.checkpoint).size, progress)
    finally:
        hub.store.close()
    return manifest


def _enter_ledger(hub: Hub, stream: _Stream, size: int, progress: Progress) -> None:
    for begin in range(0, size, BATCHES_AT_ONCE):
        end = min(begin + BATCHES_AT_ONCE, size)
        with hub.store.writing() as connection:
            for index in range(begin, end):
                _enter(connection, hub, index, stream.take(batch_name(index)), stream.take(receipt_name(index)))
        progress(end, size)
    with hub.store.writing() as connection:
        for cosignature in _rows(stream.take(COSIGNATURES), StoredCosignature):
            put_cosignature(connection, cosignature)
        for fork in _rows(stream.take(FORKS), StoredFork):
            insert_fork(connection, fork)
    take_pictures(hub, stream)
    if stream.peek():
        raise Malformed(f"{stream.peek()[:80]!r} comes after the end", where="export")


def _enter(connection: Writing, hub: Hub, index: int, body: bytes, receipt: bytes) -> None:
    """One batch with its row and its nodes as its own bytes state them; the audit that follows verifies them."""
    opened = open_batch(decompress(body, hub.settings.limits), hub.settings.limits)
    try:
        payload = envelope_payload(read_envelope(receipt), RECEIPT_TYPE)
        recorded = msgspec.json.decode(payload, type=Receipt).recorded_at
    except msgspec.DecodeError as error:
        raise Malformed(f"not a receipt: {error}", where=receipt_name(index)) from None
    stored = placed(opened, index=index, recorded=recorded, receipt=receipt)
    append_batches(connection, [Entry(stored, body)])
    project_again(connection, hub, index, rolled=True)


def _rows(data: bytes, kind: type[S]) -> list[S]:
    try:
        return [msgspec.json.decode(line, type=kind) for line in data.splitlines()]
    except msgspec.DecodeError as error:
        raise DataDirectory(f"not a {kind.__name__}: {error}", where="export") from None
