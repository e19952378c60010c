"""From record lines to the bytes of a batch."""

from collections.abc import Sequence

from traceability.batch.header import HEADER_TYPE, Header, encode_header
from traceability.encoding import tagged
from traceability.merkle import leaf_hashes, tree_hash
from traceability.signing import Signer, seal_envelope


def records_root(lines: Sequence[bytes]) -> str:
    """Merkle root over record lines, as it stands in the header."""
    return tagged(tree_hash(leaf_hashes(lines)))


def seal_batch(header: Header, lines: Sequence[bytes], signer: Signer) -> bytes:
    """Sign ``header`` and join it with its record lines; each line ends in a newline.

    The header must fit the lines (count and root): a sealer that is wrong about its own records is a bug.
    """
    if header.records != len(lines) or header.root != records_root(lines):
        raise ValueError("the header does not describe these record lines")
    envelope = seal_envelope(encode_header(header), HEADER_TYPE, signer)
    return b"\n".join([envelope, *lines]) + b"\n"
