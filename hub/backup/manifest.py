"""What a backup or an export says of itself: which log, up to where, and the hashes of its files."""

import hashlib
import os
from pathlib import Path

import msgspec

from hub.errors import DataDirectory
from hub.ledger.log import current_checkpoint, verifier_key
from hub.parts import Hub
from hub.store.core.database import Reading
from hub.store.tables.every import SCHEMA_VERSION
from traceability.encoding import to_base64
from traceability.errors import ProofRefused, locating
from traceability.log.checkpoint import Checkpoint, open_checkpoint, sign_checkpoint
from traceability.log.note import parse_verifier_key

MANIFEST = "manifest.json"
FORMAT = "1.0"
_PIECE = 1024 * 1024


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """``checkpoint`` is the signed note of the ledger held; ``files`` maps names to SHA-256 (hex)."""

    format: str
    schema: str
    origin: str
    environment: str
    log_key: str
    checkpoint: str
    files: dict[str, str] = {}


def manifest_of(connection: Reading, hub: Hub) -> Manifest:
    """The manifest of the hub's state in this transaction, without files."""
    checkpoint = current_checkpoint(connection, hub.settings.origin)
    return Manifest(
        format=FORMAT,
        schema=SCHEMA_VERSION,
        origin=hub.settings.origin,
        environment=str(hub.settings.environment),
        log_key=str(verifier_key(hub)),
        checkpoint=sign_checkpoint(checkpoint, hub.log_signer),
    )


def decode_manifest(data: bytes, where: str) -> Manifest:
    """Parse; ``DataDirectory`` when it is none, or of a version this program does not know."""
    try:
        manifest = msgspec.json.decode(data, type=Manifest)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise DataDirectory(f"not a manifest: {error}", where=where, advice="take another copy") from None
    if manifest.format != FORMAT or manifest.schema != SCHEMA_VERSION:
        raise DataDirectory(
            f"it is of format {manifest.format} and schema {manifest.schema}, "
            f"this program reads {FORMAT} and {SCHEMA_VERSION}",
            where=where,
            advice="use the program version that made it",
        )
    return manifest


def stated_checkpoint(manifest: Manifest) -> Checkpoint:
    """The checkpoint in the manifest, its signature verified by the log key that the manifest names."""
    with locating(MANIFEST):
        key = parse_verifier_key(manifest.log_key)
        if key.name != manifest.origin:
            raise ProofRefused(f"the log key is {key.name}'s, the origin is {manifest.origin}")
        return open_checkpoint(manifest.checkpoint, key)


def check_reached(manifest: Manifest, found: Checkpoint) -> None:
    """``ProofRefused`` unless ``found``, computed from the ledger, is what the manifest's checkpoint says."""
    stated = stated_checkpoint(manifest)
    if stated != found:
        raise ProofRefused(
            f"the ledger has {found.size} batches under root {to_base64(found.root)}, "
            f"the checkpoint says {stated.size} under {to_base64(stated.root)}"
        )


def hash_file(path: Path) -> str:
    """SHA-256 of a file, hex."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            digest.update(piece)
    return digest.hexdigest()


def write_durably(path: Path, data: bytes, mode: int = 0o644) -> None:
    """Write a new file so that it is on disk when this returns."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def sync_folder(path: Path) -> None:
    """Make the names in a folder durable."""
    handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
