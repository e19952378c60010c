"""Private keys outside the data folder: only on request, and never unencrypted (PKCS#8 under a passphrase)."""

from collections.abc import Mapping
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives import serialization

from hub.enrol.certificate import KEY, NEXT_KEY
from hub.errors import DataDirectory
from hub.settings import HUB_KEY, LOG_KEY
from traceability.keyfile import OWNER_ONLY

NEEDED = (HUB_KEY, LOG_KEY)
PRIVATE = (*NEEDED, KEY, NEXT_KEY)
SHORTEST = 12


class GivenKeys(msgspec.Struct, frozen=True, kw_only=True):
    """Where the private keys of an arriving hub come from: a ``folder``, or the copy itself, under ``passphrase``."""

    folder: Path | None = None
    passphrase: bytes | None = None


def packed_keys(data: Path, passphrase: bytes) -> dict[str, bytes]:
    """The hub's private keys, each encrypted under ``passphrase``."""
    if len(passphrase) < SHORTEST:
        raise DataDirectory(
            f"the passphrase has less than {SHORTEST} characters", where="--passphrase-file", advice="take a longer one"
        )
    encryption = serialization.BestAvailableEncryption(passphrase)
    return {name: _recoded(data / name, None, encryption) for name in PRIVATE if (data / name).exists()}


def unpack_keys(packed: Mapping[str, bytes], passphrase: bytes, folder: Path) -> None:
    """Write the keys in ``packed`` into ``folder``, readable by their owner only."""
    for name in PRIVATE:
        if name in packed:
            path = folder / name
            path.touch(OWNER_ONLY, exist_ok=False)
            path.write_bytes(_decrypted(packed[name], passphrase, name))


def give_keys(folder: Path, packed: Mapping[str, bytes], given: GivenKeys) -> None:
    """Put the private keys into ``folder``; ``DataDirectory`` when they are not all there."""
    if given.folder is not None:
        copy_keys(given.folder, folder)
    elif given.passphrase is not None:
        unpack_keys(packed, given.passphrase, folder)
    require_keys(folder)


def copy_keys(source: Path, folder: Path) -> None:
    """Take the keys of another data folder, or of where they were put by hand."""
    for name in PRIVATE:
        if (source / name).exists():
            path = folder / name
            path.touch(OWNER_ONLY, exist_ok=False)
            path.write_bytes((source / name).read_bytes())


def require_keys(folder: Path) -> None:
    """``DataDirectory`` unless the keys without which a hub can't go on are there."""
    missing = [name for name in NEEDED if not (folder / name).exists()]
    if missing:
        raise DataDirectory(
            f"without {' and '.join(missing)} the hub can't go on with its log",
            advice="give the keys' folder with --keys, or --passphrase-file for the keys in the copy",
        )


def read_passphrase(path: Path) -> bytes:
    """The first line of a file."""
    return path.read_bytes().split(b"\n", 1)[0].rstrip(b"\r")


def _recoded(path: Path, passphrase: bytes | None, encryption: serialization.KeySerializationEncryption) -> bytes:
    key = serialization.load_pem_private_key(path.read_bytes(), passphrase)
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, encryption)


def _decrypted(pem: bytes, passphrase: bytes, name: str) -> bytes:
    try:
        key = serialization.load_pem_private_key(pem, passphrase)
    except ValueError:
        raise DataDirectory(
            "the passphrase does not open the key", where=name, advice="give the one it was packed with"
        ) from None
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
