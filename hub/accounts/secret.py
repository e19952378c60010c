"""Secrets that people carry, and secrets that the hub keeps for them."""

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from hub.errors import DataDirectory
from hub.parts import Hub
from traceability.encoding import from_base64, sha256, tagged, to_base64
from traceability.errors import Malformed

SECRET_BYTES = 32
ID_BYTES = 8
LONGEST_TEXT = 200
_NONCE = 12
_PURPOSE = b"zhuoyue-hub: secrets of accounts, version 1"


def new_secret(hub: Hub) -> str:
    """256 bits that nobody guesses, as text for an address, a cookie or a header."""
    return hub.random_bytes(SECRET_BYTES).hex()


def new_id(hub: Hub) -> str:
    """An id that says nothing."""
    return hub.random_bytes(ID_BYTES).hex()


def hash_of(text: str) -> str:
    """How a secret of 256 bits is kept; it needs no slow hash, for nobody tries them all."""
    return tagged(sha256(text.encode(errors="surrogatepass")))


def seal_secret(hub: Hub, whose: str, secret: str) -> str:
    """``secret`` so that the database alone does not tell it: AES-256-GCM under a key that the hub's own key makes.

    The key comes by HKDF from the hub's Ed25519 signature of a fixed sentence, which is the same each time (RFC 8032)
    and can't be made without the private key.
    """
    nonce = hub.random_bytes(_NONCE)
    return to_base64(nonce + _cipher(hub).encrypt(nonce, secret.encode(), whose.encode()))


def open_secret(hub: Hub, whose: str, sealed: str) -> str:
    """What ``seal_secret`` was given; ``DataDirectory`` when it was sealed by another hub's key."""
    try:
        data = from_base64(sealed, "secret")
        return _cipher(hub).decrypt(data[:_NONCE], data[_NONCE:], whose.encode()).decode()
    except (InvalidTag, Malformed, ValueError):
        raise DataDirectory(
            "a secret of an account can't be opened: it was sealed under another hub key",
            advice="'zhuoyue-hub user reset' gives the person a new beginning",
        ) from None


def _cipher(hub: Hub) -> AESGCM:
    derived = HKDF(hashes.SHA256(), 32, salt=None, info=_PURPOSE).derive(hub.signer.sign(_PURPOSE))
    return AESGCM(derived)
