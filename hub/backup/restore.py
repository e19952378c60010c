"""A hub from a backup: verified whole before it appears under its name, with a new admin token.

The restored hub has forgotten what came after the backup. Agents are asked for it and send it again; witnesses that
saw more refuse to cosign until the log is as long as they know it.
"""

import shutil
from collections.abc import Callable
from pathlib import Path

from hub.audit.fsck import Audit, audit
from hub.backup.keys import GivenKeys, give_keys
from hub.backup.make import KEYS, PUBLIC, OpenCopy, read_backup
from hub.backup.manifest import check_reached, sync_folder, write_durably
from hub.errors import DataDirectory, HubError
from hub.parts import Hub
from hub.picture.folder import copy_pictures
from hub.projection.rebuild import Progress, silent
from hub.settings import ADMIN_TOKEN, DATABASE, LOG_VERIFIER_KEY, TOKEN_HASH
from hub.store.account.sessions import end_every_session
from hub.store.ledger.meta import write_meta
from traceability.encoding import sha256, tagged
from traceability.errors import ProofRefused
from traceability.keyfile import OWNER_ONLY
from traceability.log.checkpoint import Checkpoint
from traceability.log.note import VerifierKey

Fill = Callable[[Path], None]
"""Puts a hub's files into an empty folder."""
Accept = Callable[[Checkpoint], None]
"""Raises when the checkpoint of what arrived is not the one that was announced."""


def restore_backup(
    backup: Path,
    data: Path,
    open_hub: OpenCopy,
    *,
    token: str,
    keys: GivenKeys,
    jobs: int = 1,
    progress: Progress = silent,
) -> Audit:
    """Make the hub ``data`` of ``backup``; ``keys`` says where the private keys come from.

    ``DataDirectory``, ``HubError`` or ``ProofRefused`` when anything does not verify; then ``data`` is not there.
    """
    manifest = read_backup(backup)

    def fill(folder: Path) -> None:
        for name in (DATABASE, *PUBLIC):
            if (backup / name).exists():
                shutil.copyfile(backup / name, folder / name)
        copy_pictures(backup, folder)
        give_keys(folder, {path.name: path.read_bytes() for path in (backup / KEYS).glob("*")}, keys)

    def accept(checkpoint: Checkpoint) -> None:
        check_reached(manifest, checkpoint)

    return settle(data, fill, accept, open_hub, token=token, jobs=jobs, progress=progress)


def settle(
    data: Path, fill: Fill, accept: Accept, open_hub: OpenCopy, *, token: str, jobs: int, progress: Progress
) -> Audit:
    """``data`` as ``fill`` makes it, once all in it is verified and ``accept`` took it; otherwise nothing is there."""
    if data.exists() and any(data.iterdir()):
        raise DataDirectory("the folder is not empty", where=str(data), advice="give a new one")
    folder = data.with_name(f"{data.name}.arriving")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700, parents=True)
    fill(folder)
    hub = open_hub(folder)
    try:
        found = audit(hub, jobs=jobs, progress=progress)
        if found.checkpoint is None:
            raise HubError(str(found.faults[0]), where=str(folder), advice="take another copy; nothing was restored")
        accept(found.checkpoint)
        _check_keys(hub)
        _new_token(hub, folder, token)
    finally:
        hub.store.close()
    if data.exists():
        data.rmdir()
    sync_folder(folder)
    folder.rename(data)
    sync_folder(data.parent)
    return found


def _check_keys(hub: Hub) -> None:
    """The log's key must be the one that everybody knows this log by."""
    ours = str(VerifierKey(hub.settings.origin, hub.log_signer.public_key))
    path = hub.settings.data / LOG_VERIFIER_KEY
    known = path.read_text(encoding="ascii").strip()
    if ours != known:
        raise ProofRefused(
            f"the private key of the log belongs to {ours}, the log is {known}",
            where="log.key",
            advice="give the keys of this very hub",
        )


def _new_token(hub: Hub, folder: Path, token: str) -> None:
    write_durably(folder / ADMIN_TOKEN, token.encode() + b"\n", OWNER_ONLY)
    with hub.store.writing() as connection:
        write_meta(connection, {TOKEN_HASH: tagged(sha256(token.encode()))})
        end_every_session(connection)  # those that were ended after the backup was made must not live again
