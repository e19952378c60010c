"""Line 1 of a batch: what its author signs.

Versions: within a major version fields are only added, so a reader takes the headers of newer minor versions and
leaves aside what it does not know. In its own version and older ones an unknown field is an error.
"""

from typing import Annotated

import msgspec

from traceability.encoding import sha256, tagged
from traceability.errors import FormatUnsupported, Malformed
from traceability.record.base import Hash, Id, Instant, Sequence
from traceability.unit import Environment

FORMAT_VERSION = "1.0"
_MAJOR, _MINOR = 1, 0
HEADER_TYPE = "application/vnd.zhuoyue.batch-header+json"

Version = Annotated[str, msgspec.Meta(pattern="^1\\.[0-9]{1,4}$")]
ChainId = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{32}$")]


class Header(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Says nothing about quality, because it travels with every proof.

    ``chain`` is a random id; ``seq`` counts batches in it from 1 without gaps; ``prev`` is the hash of the previous
    header's payload (None for the first); ``first_record`` is the sequence of the first record, ``records`` how many
    there are; ``root`` the Merkle root over the record lines; ``config`` the hash of the configuration in force.
    """

    format: Version
    environment: Environment
    author: Id
    chain: ChainId
    seq: Sequence
    prev: Hash | None
    sealed_at: Instant
    first_record: Sequence
    records: Sequence
    root: Hash
    config: Hash


class _NewerHeader(Header, frozen=True, kw_only=True, forbid_unknown_fields=False):
    """A header of a later minor version."""


class _Said(msgspec.Struct, frozen=True):
    format: Annotated[str, msgspec.Meta(pattern="^[0-9]{1,4}\\.[0-9]{1,4}$")]


def encode_header(header: Header) -> bytes:
    """The payload that is signed and hashed."""
    return msgspec.json.encode(header)


def decode_header(payload: bytes) -> Header:
    """Parse a header payload; ``Malformed`` names the field, ``FormatUnsupported`` the version that is not read."""
    try:
        said = msgspec.json.decode(payload, type=_Said).format
        major, minor = (int(part) for part in said.split("."))
        if major != _MAJOR:
            raise FormatUnsupported(
                f"the batch is of format {said}, this program reads {FORMAT_VERSION} and every later {_MAJOR}.x",
                advice="use the same major version on both sides: update the older of agent and hub",
            )
        header: Header = msgspec.json.decode(payload, type=_NewerHeader if minor > _MINOR else Header)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Malformed(f"not a batch header: {error}") from None
    if (header.seq == 1) != (header.prev is None):
        raise Malformed("only the first batch of a chain has no 'prev'")
    return header


def header_hash(payload: bytes) -> str:
    """The header's hash: what the next batch cites and what the log holds."""
    return tagged(sha256(payload))
