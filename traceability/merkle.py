"""Merkle trees of RFC 9162: hashes, inclusion and consistency, over any source of nodes.

A *node* ``(level, index)`` is the hash of the complete subtree over leaves ``[index << level, (index + 1) << level)``.
Complete subtrees never change when leaves are appended, so a log stores each once (tlog-tiles keep every eighth level),
and a root or a proof over n leaves costs O(log n) look-ups.
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence

from traceability.errors import ProofRefused

Node = tuple[int, int, bytes]
NodeSource = Callable[[int, int], bytes]

EMPTY_ROOT = hashlib.sha256(b"").digest()


def leaf_hash(data: bytes) -> bytes:
    """Hash of a leaf (RFC 9162 section 2.1.1): SHA-256(0x00 || data)."""
    return hashlib.sha256(b"\x00" + data).digest()


def leaf_hashes(data: Iterable[bytes]) -> list[bytes]:
    """``leaf_hash`` of each."""
    sha256 = hashlib.sha256  # a batch has hundreds
    return [sha256(b"\x00" + each).digest() for each in data]


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash of an inner node: SHA-256(0x01 || left || right)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def appended_nodes(size: int, leaf: bytes, node: NodeSource) -> list[Node]:
    """The complete subtrees that come into being when ``leaf`` (a leaf hash) is appended to ``size`` leaves."""
    nodes = [(0, size, leaf)]
    level, index, digest = nodes[0]
    while index & 1:
        digest = node_hash(node(level, index - 1), digest)
        level, index = level + 1, index >> 1
        nodes.append((level, index, digest))
    return nodes


def all_nodes(leaves: Iterable[bytes]) -> dict[tuple[int, int], bytes]:
    """Every complete subtree over ``leaves`` (leaf hashes), by (level, index)."""
    nodes: dict[tuple[int, int], bytes] = {}
    row, level = list(leaves), 0
    while row:
        nodes.update(((level, index), digest) for index, digest in enumerate(row))
        row = [node_hash(row[index], row[index + 1]) for index in range(0, len(row) - 1, 2)]
        level += 1
    return nodes


def tree_hash(leaves: Sequence[bytes]) -> bytes:
    """Merkle tree hash (root) over leaf hashes, all in memory."""
    if not leaves:
        return EMPTY_ROOT
    row, sha256 = list(leaves), hashlib.sha256
    while len(row) > 1:
        paired = [sha256(b"\x01" + row[i] + row[i + 1]).digest() for i in range(0, len(row) - 1, 2)]
        if len(row) % 2:
            paired.append(row[-1])
        row = paired
    return row[0]


def _range_hash(begin: int, end: int, node: NodeSource) -> bytes:
    """Hash of the subtree over ``[begin, end)``, a range as RFC 9162 splits them."""
    width = end - begin
    if width & (width - 1) == 0:
        level = width.bit_length() - 1
        return node(level, begin >> level)
    split = _split(width)
    return node_hash(_range_hash(begin, begin + split, node), _range_hash(begin + split, end, node))


def _split(width: int) -> int:
    """Largest power of two smaller than ``width`` (width >= 2)."""
    return 1 << ((width - 1).bit_length() - 1)


def root(size: int, node: NodeSource) -> bytes:
    """Root of a tree of ``size`` leaves whose nodes are stored."""
    return _range_hash(0, size, node) if size else EMPTY_ROOT


def inclusion_path(index: int, size: int, node: NodeSource) -> list[bytes]:
    """Sibling hashes that prove leaf ``index`` in a tree of ``size`` leaves, from the leaf up (section 2.1.3.1)."""
    if not 0 <= index < size:
        raise ProofRefused(f"leaf {index} is not in a tree of {size} leaves")
    path: list[bytes] = []
    begin, end = 0, size
    while end - begin > 1:
        middle = begin + _split(end - begin)
        if index < middle:
            path.append(_range_hash(middle, end, node))
            end = middle
        else:
            path.append(_range_hash(begin, middle, node))
            begin = middle
    return path[::-1]


def root_from_path(leaf: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes:
    """The root that ``path`` leads to (section 2.1.3.2); ``ProofRefused`` when its length is wrong."""
    if not 0 <= index < size:
        raise ProofRefused(f"leaf {index} is not in a tree of {size} leaves")
    position, last, digest = index, size - 1, leaf
    for sibling in path:
        if last == 0:
            raise ProofRefused("the Merkle path is too long")
        if position & 1 or position == last:
            digest = node_hash(sibling, digest)
            while not position & 1 and position:
                position, last = position >> 1, last >> 1
        else:
            digest = node_hash(digest, sibling)
        position, last = position >> 1, last >> 1
    if last:
        raise ProofRefused("the Merkle path is too short")
    return digest


def check_inclusion(leaf: bytes, index: int, size: int, path: Sequence[bytes], expected_root: bytes) -> None:
    """``ProofRefused`` unless ``leaf`` stands at ``index`` under ``expected_root``."""
    if root_from_path(leaf, index, size, path) != expected_root:
        raise ProofRefused(f"the Merkle path of leaf {index} does not lead to the root")


def consistency_path(old: int, new: int, node: NodeSource) -> list[bytes]:
    """Proof that the tree of ``new`` leaves extends the tree of ``old`` leaves (section 2.1.4.1)."""
    if not 0 < old <= new:
        raise ProofRefused(f"no consistency proof from {old} to {new} leaves")
    return _subproof(old, 0, new, node, whole=True)


def _subproof(old: int, begin: int, end: int, node: NodeSource, *, whole: bool) -> list[bytes]:
    if old == end - begin:
        return [] if whole else [_range_hash(begin, end, node)]
    middle = begin + _split(end - begin)
    if old <= middle - begin:
        return [*_subproof(old, begin, middle, node, whole=whole), _range_hash(middle, end, node)]
    right = _subproof(old - (middle - begin), middle, end, node, whole=False)
    return [*right, _range_hash(begin, middle, node)]


def check_consistency(old: int, new: int, path: Sequence[bytes], old_root: bytes, new_root: bytes) -> None:
    """``ProofRefused`` unless ``path`` proves that ``new_root`` extends ``old_root`` (section 2.1.4.2)."""
    if old == new:
        if path or old_root != new_root:
            raise ProofRefused("two trees of one size have different roots")
        return
    if not 0 < old < new or not path:
        raise ProofRefused(f"no consistency proof from {old} to {new} leaves")
    steps = list(path) if old & (old - 1) else [old_root, *path]
    position, last = old - 1, new - 1
    while position & 1:
        position, last = position >> 1, last >> 1
    first = second = steps[0]
    for sibling in steps[1:]:
        if last == 0:
            raise ProofRefused("the consistency path is too long")
        if position & 1 or position == last:
            first, second = node_hash(sibling, first), node_hash(sibling, second)
            while not position & 1 and position:
                position, last = position >> 1, last >> 1
        else:
            second = node_hash(second, sibling)
        position, last = position >> 1, last >> 1
    if last or first != old_root or second != new_root:
        raise ProofRefused(f"the tree of {new} leaves does not extend the tree of {old} leaves")
