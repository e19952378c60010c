"""A backup while the hub runs: a consistent copy of its database, with the checkpoint of the ledger in it.

What lies in the cold tier is put back into the copy: a backup needs nothing but itself.

The folder appears whole under its name or not at all. Against an earlier backup it is proved that the log only grew.
"""

import shutil
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import msgspec

from hub.audit.fsck import Audit, audit
from hub.backup.keys import packed_keys
from hub.backup.manifest import (
    MANIFEST,
    Manifest,
    check_reached,
    decode_manifest,
    hash_file,
    manifest_of,
    stated_checkpoint,
    sync_folder,
    write_durably,
)
from hub.enrol.certificate import CERTIFICATE, NEXT_CERTIFICATE
from hub.errors import DataDirectory
from hub.parts import Hub
from hub.picture.folder import copy_pictures
from hub.projection.rebuild import Progress, silent
from hub.settings import DATABASE, HUB_PUBLIC_KEY, LOG_VERIFIER_KEY
from hub.store.backend.copying import open_copy_store
from hub.store.core.database import Reading
from hub.store.ledger.log_nodes import node_source
from hub.store.tiers.place import cold_place
from hub.tiers.whole_copy import fetch_into_copy
from hub.witness.policy import WITNESSES
from traceability.errors import ProofRefused
from traceability.log.checkpoint import Checkpoint
from traceability.merkle import root

PUBLIC = (HUB_PUBLIC_KEY, LOG_VERIFIER_KEY, WITNESSES, CERTIFICATE, NEXT_CERTIFICATE)
KEYS = "keys"
OpenCopy = Callable[[Path], Hub]
"""A hub without private keys from a folder with a database; ``composition.open_copy``."""


def make_backup(
    hub: Hub, target: Path, *, passphrase: bytes | None = None, earlier: Path | None = None, pictures: bool = True
) -> Checkpoint:
    """Write the backup ``target``; with ``passphrase`` the private keys too, without ``pictures`` none of their files.

    The checkpoint it holds.
    """
    if target.exists():
        raise DataDirectory("there is something here already", where=str(target), advice="choose a new name")
    part = target.with_name(f"{target.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(mode=0o700, parents=True)
    hub.store.copy_to(part / DATABASE)
    fetch_into_copy(part / DATABASE, cold_place(hub.settings.data))
    if pictures:  # after the database: what it speaks of is among them
        copy_pictures(hub.settings.data, part)
    for name in PUBLIC:
        if (hub.settings.data / name).exists():
            write_durably(part / name, (hub.settings.data / name).read_bytes())
    if passphrase is not None:
        (part / KEYS).mkdir(mode=0o700)
        for name, pem in packed_keys(hub.settings.data, passphrase).items():
            write_durably(part / KEYS / name, pem, 0o600)
    manifest = _manifest(hub, part, None if earlier is None else read_backup(earlier))
    write_durably(part / MANIFEST, msgspec.json.format(msgspec.json.encode(manifest)) + b"\n")
    sync_folder(part)
    part.rename(target)
    sync_folder(target.parent)
    return stated_checkpoint(manifest)


def read_backup(folder: Path) -> Manifest:
    """The manifest of a backup whose files are as they were written; ``DataDirectory`` names the one that is not."""
    path = folder / MANIFEST
    if not path.is_file():
        raise DataDirectory("there is no backup here", where=str(folder), advice=f"a backup has a {MANIFEST}")
    manifest = decode_manifest(path.read_bytes(), str(path))
    for name, digest in manifest.files.items():
        part = folder / name
        if not part.is_file() or hash_file(part) != digest:
            raise DataDirectory(
                "is missing, or not as it was written", where=str(part), advice="take another backup; this one is bad"
            )
    return manifest


def check_backup(folder: Path, open_copy: OpenCopy, *, jobs: int = 1, progress: Progress = silent) -> Audit:
    """Verify a backup down to each signature; the backup is only read."""
    manifest = read_backup(folder)
    hub = open_copy(folder)
    try:
        found = audit(hub, jobs=jobs, progress=progress)
    finally:
        hub.store.close()
    if found.checkpoint is not None:
        check_reached(manifest, found.checkpoint)
    return found


def _manifest(hub: Hub, part: Path, earlier: Manifest | None) -> Manifest:
    """Of the copy, not of the hub, which has gone on; ``ProofRefused`` when it does not go on from ``earlier``."""
    with closing(open_copy_store(part / DATABASE)) as store, store.reading() as connection:
        manifest = manifest_of(connection, hub)
        if earlier is not None:
            _check_grown(connection, stated_checkpoint(earlier), stated_checkpoint(manifest))
    files = sorted(path for path in part.rglob("*") if path.is_file())
    hashes = {str(path.relative_to(part)): hash_file(path) for path in files}
    return msgspec.structs.replace(manifest, files=hashes)


def _check_grown(connection: Reading, old: Checkpoint, new: Checkpoint) -> None:
    same = old.size <= new.size and root(old.size, node_source(connection)) == old.root
    if old.origin != new.origin or not same:
        raise ProofRefused(
            f"the log of {new.size} batches does not go on from the {old.size} of the earlier backup",
            advice="keep both; run 'zhuoyue-hub fsck' on the hub and on the backup",
        )
