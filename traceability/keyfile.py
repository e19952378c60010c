"""Keys on disk: private ones as PKCS#8 PEM, readable by their owner only; public ones as a line of text."""

import os
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from traceability.errors import Malformed, ZhuoyueError
from traceability.signing import Ed25519Signer

OWNER_ONLY = 0o600


def create_key_file(path: Path, passphrase: bytes | None = None) -> Ed25519Signer:
    """Make a new Ed25519 key and write it with mode 0600; never overwrites an existing file.

    With a passphrase the file is encrypted by it.
    """
    signer = Ed25519Signer(Ed25519PrivateKey.generate())
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY)
    except FileExistsError:
        raise ZhuoyueError(
            "a key is here already", where=str(path), advice="a key is never overwritten; move it away first"
        ) from None
    with os.fdopen(handle, "wb") as file:
        file.write(signer.to_pem(passphrase))
        file.flush()
        os.fsync(file.fileno())
    return signer


def read_key_file(path: Path, passphrase: bytes | None = None) -> Ed25519Signer:
    """The key in ``path``; errors name the file."""
    try:
        return Ed25519Signer.from_pem(path.read_bytes(), passphrase)
    except FileNotFoundError:
        raise ZhuoyueError("there is no key file", where=str(path), advice="run init first") from None
    except Malformed as error:
        raise error.at(str(path)) from None


def given_key(argument: str) -> str:
    """A public key as a command takes it: the text itself, or ``@FILE`` for the line in a file."""
    if not argument.startswith("@"):
        return argument
    path = Path(argument[1:])
    try:
        return path.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        raise ZhuoyueError("there is no such file", where=str(path), advice="it should hold the key") from None
    except UnicodeDecodeError:
        raise Malformed("is not a line of text, a key was expected", where=str(path)) from None
