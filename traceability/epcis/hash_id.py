"""The event hash identifier of CBV 2.0 (8.9): an event's name made from what it says, as a Named Information URI.

Two parties that describe the same event get the same identifier, whatever their syntax, prefixes or order of fields.
"""

import hashlib
import re

from traceability.epcis.prehash import CBV_2_0, VERSIONS, prehash_string
from traceability.event.event import Event

_DIGESTS = {
    "sha-256": "sha256",
    "sha-384": "sha384",
    "sha-512": "sha512",
    "sha3-256": "sha3_256",
    "sha3-384": "sha3_384",
    "sha3-512": "sha3_512",
}
_FORM = re.compile(
    r"ni:///(?P<algorithm>[a-z0-9-]+);(?P<digest>[0-9A-Fa-f]+)\?ver=(?P<version>CBV[0-9]+\.[0-9]+)(?:\.[0-9]+)?"
)


def event_hash_id(event: Event, *, version: str = CBV_2_0, algorithm: str = "sha-256") -> str:
    """``ni:///sha-256;<hex>?ver=CBV2.0`` of the event; algorithms by their names in RFC 6920's registry."""
    digest = hashlib.new(_DIGESTS[algorithm], prehash_string(event, version).encode()).hexdigest()
    return f"ni:///{algorithm};{digest}?ver={version}"


def is_hash_id(text: str) -> bool:
    """Whether an event identifier has the form of an event hash, of a version and algorithm known here."""
    found = _FORM.fullmatch(text)
    return found is not None and found["version"] in VERSIONS and found["algorithm"] in _DIGESTS


def hash_id_agrees(event: Event, event_id: str) -> bool:
    """Whether ``event_id`` (for which :func:`is_hash_id` holds) is the hash of ``event``."""
    found = _FORM.fullmatch(event_id)
    if found is None:
        return False
    expected = event_hash_id(event, version=found["version"], algorithm=found["algorithm"])
    return expected.partition("?")[0] == event_id.partition("?")[0].lower()
