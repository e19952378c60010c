"""What the log costs when it is large, and what sealing and verifying cost beside the bare cryptography.

    python bench/log_scale.py [--leaves 10000000] [--records 500] [--batches 40]

First a log of ``--leaves`` leaves is built in memory, level by level. Then entries are appended to it and to a log of
a thousand leaves, and proofs are made and checked; times are given as multiples of the bare hashes that nobody can do
without. Last, batches of ``--records`` records are sealed and verified, beside hashing the same lines once and making
or checking one signature.
"""

import argparse
import hashlib
import resource
import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from traceability.batch.header import FORMAT_VERSION, Header
from traceability.batch.open import open_batch, verify_batch
from traceability.batch.seal import records_root, seal_batch
from traceability.identifier.item import part_uri, unit_uri
from traceability.merkle import (
    NodeSource,
    appended_nodes,
    check_consistency,
    check_inclusion,
    consistency_path,
    inclusion_path,
    root,
)
from traceability.record.codec import encode_record
from traceability.record.production import UnitResultRecord
from traceability.signing import Ed25519Signer
from traceability.unit import Environment, Verdict

HASH = 32
SMALL = 1000
APPENDS = 2000
PROOFS = 2000
NOW = datetime(2026, 3, 1, tzinfo=UTC)
GTIN = "09506000134352"


class Tree:
    """Every complete subtree of a log, one row of bytes a level; what is appended later stands beside them."""

    def __init__(self, leaves: int) -> None:
        self.size = leaves
        self.appended: dict[tuple[int, int], bytes] = {}
        sha256 = hashlib.sha256
        row = b"".join([sha256(b"\x00" + index.to_bytes(HASH, "big")).digest() for index in range(leaves)])
        self.levels = [row]
        while len(row) >= 2 * HASH:
            pairs = len(row) // (2 * HASH)
            row = b"".join([sha256(b"\x01" + row[i : i + 64]).digest() for i in range(0, pairs * 64, 64)])
            self.levels.append(row)

    def node(self, level: int, index: int) -> bytes:
        begin = index * HASH
        if level < len(self.levels) and begin < len(self.levels[level]):
            return self.levels[level][begin : begin + HASH]
        return self.appended[level, index]

    def append(self, leaf: bytes) -> int:
        """How many nodes came into being."""
        nodes = appended_nodes(self.size, leaf, self.node)
        self.appended.update({(level, index): digest for level, index, digest in nodes})
        self.size += 1
        return len(nodes)


def seconds(work: Callable[[], object], times: int = 5) -> float:
    """The best of some runs: a shared machine only ever adds."""
    best = float("inf")
    for _ in range(times):
        begin = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - begin)
    return best


def bare_hash() -> float:
    """Seconds for one hash of an inner node."""
    data = b"\x01" + b"h" * 64
    return seconds(lambda: [hashlib.sha256(data).digest() for _ in range(20_000)]) / 20_000


def measure_log(leaves: int) -> None:
    begin = time.perf_counter()
    tree = Tree(leaves)
    print(f"log of {leaves:,} leaves built in {time.perf_counter() - begin:.0f} s (bulk hashing)")
    one = bare_hash()
    for name, log in (("1,000", Tree(SMALL)), (f"{leaves:,}", tree)):
        begin = time.perf_counter()
        made = [log.append(hashlib.sha256(str(number).encode()).digest()) for number in range(APPENDS)]
        each = (time.perf_counter() - begin) / APPENDS
        print(
            f"append at {name:>12}: {each * 1e6:6.1f} us, {statistics.mean(made):.2f} nodes on average, at most "
            f"{max(made)}; {each / one:.0f} x one bare hash"
        )
    measure_proofs(tree, one)


def measure_proofs(tree: Tree, one: float) -> None:
    size, node = tree.size, tree.node
    places = [size * number // PROOFS for number in range(PROOFS)]
    top = root(size, node)
    paths = [inclusion_path(place, size, node) for place in places]
    lengths = [len(path) for path in paths]
    made = seconds(lambda: [inclusion_path(place, size, node) for place in places[:200]], 3) / 200
    checked = (
        seconds(
            lambda: [
                check_inclusion(node(0, p), p, size, path, top)
                for p, path in zip(places[:200], paths[:200], strict=True)
            ],
            3,
        )
        / 200
    )
    print(
        f"inclusion:   {statistics.mean(lengths):.1f} hashes on average, at most {max(lengths)} "
        f"({max(lengths) * HASH} bytes); made {made * 1e6:.0f} us, checked {checked * 1e6:.0f} us "
        f"= {checked / (one * statistics.mean(lengths)):.1f} x its bare hashes"
    )
    measure_consistency(tree.size, node, one)


def measure_consistency(size: int, node: NodeSource, one: float) -> None:
    olds = [max(1, size * number // 200) for number in range(1, 200)]
    new_root = root(size, node)
    proofs = [(old, root(old, node), consistency_path(old, size, node)) for old in olds]
    lengths = [len(path) for _, _, path in proofs]
    checked = seconds(
        lambda: [check_consistency(old, size, path, old_root, new_root) for old, old_root, path in proofs], 3
    ) / len(proofs)
    print(
        f"consistency: {statistics.mean(lengths):.1f} hashes on average, at most {max(lengths)} "
        f"({max(lengths) * HASH} bytes); checked {checked * 1e6:.0f} us "
        f"= {checked / (one * 2 * statistics.mean(lengths)):.1f} x its bare hashes"
    )


def measure_batches(records: int, batches: int) -> None:
    signer = Ed25519Signer.from_seed(b"b" * 32)
    lines = [encode_record(result(number)) for number in range(records)]
    sealed = seal(lines, signer)
    message = b"m" * 600
    signature = signer.sign(message)
    key = Ed25519PublicKey.from_public_bytes(signer.public_key)

    def hash_each() -> None:
        for line in lines:
            hashlib.sha256(line).digest()

    compared: dict[str, tuple[Callable[[], object], Callable[[], object]]] = {
        "sealed": (lambda: seal(lines, signer), lambda: (hash_each(), signer.sign(message))),
        "verified": (
            lambda: verify_batch(open_batch(sealed), signer.public_key),
            lambda: (hash_each(), key.verify(signature, message)),
        ),
    }
    for name, (ours, floor) in compared.items():
        took, least = seconds(ours, batches), seconds(floor, batches)
        print(
            f"{name:8}: {records / took:10,.0f} records/s in batches of {records}; {took / least:.1f} x hashing each "
            "line once and one signature"
        )


def result(number: int) -> UnitResultRecord:
    return UnitResultRecord(
        id=f"bench:{number}",
        seq=number + 1,
        event_time=NOW,
        salt=f"{number:032x}",
        unit=unit_uri(GTIN, f"S{number}"),
        part=part_uri(GTIN),
        operation="OP10",
        work_cell="bench/OP10",
        verdict=Verdict.OK,
        attempt=1,
    )


def seal(lines: list[bytes], signer: Ed25519Signer) -> bytes:
    header = Header(
        format=FORMAT_VERSION,
        environment=Environment.TEST,
        author="bench",
        chain="0" * 32,
        seq=1,
        prev=None,
        sealed_at=NOW,
        first_record=1,
        records=len(lines),
        root=records_root(lines),
        config="sha256:" + "0" * 64,
    )
    return seal_batch(header, lines, signer)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--leaves", type=int, default=10_000_000)
    parser.add_argument("--records", type=int, default=500)
    parser.add_argument("--batches", type=int, default=40)
    options = parser.parse_args()
    measure_batches(options.records, options.batches)
    print(f"peak memory so far: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")
    measure_log(options.leaves)
    print(f"peak memory with the log in it: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


if __name__ == "__main__":
    main()
