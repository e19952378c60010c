"""Logs and witnesses in memory, with fixed keys and a clock that stands still."""

from traceability.encoding import to_base64
from traceability.log.checkpoint import Checkpoint, sign_checkpoint
from traceability.log.cosignature import witness_key
from traceability.log.note import VerifierKey
from traceability.log.witness import AddCheckpoint, Identity, Seen, decide, encode_request
from traceability.merkle import all_nodes, consistency_path, leaf_hash, tree_hash
from traceability.signing import Ed25519Signer

LOG = Ed25519Signer.from_seed(b"l" * 32)
LOG_KEY = VerifierKey("hub.example/log", LOG.public_key)
WITNESS = Ed25519Signer.from_seed(b"w" * 32)
WITNESS_KEY = witness_key("witness.example/w1", WITNESS)
NOW = 1_679_315_147


class TreeOf:
    """A log whose entries are texts."""

    def __init__(self, entries, signer=LOG, origin=LOG_KEY.name):
        self.leaves = [leaf_hash(entry.encode()) for entry in entries]
        self.nodes = all_nodes(self.leaves)
        self.signer, self.origin = signer, origin

    def checkpoint(self, size=None):
        size = len(self.leaves) if size is None else size
        return Checkpoint(self.origin, size, tree_hash(self.leaves[:size]))

    def note(self, size=None):
        return sign_checkpoint(self.checkpoint(size), self.signer)

    def path(self, old, new=None):
        new = len(self.leaves) if new is None else new
        return tuple(consistency_path(old, new, lambda level, index: self.nodes[level, index])) if old else ()

    def request(self, old, size=None, path=None):
        path = self.path(old, size) if path is None else tuple(path)
        return encode_request(AddCheckpoint(old, path, self.note(size))).encode()


class SmallWitness:
    """Follows one log and remembers in memory."""

    def __init__(self, size=0, root=b""):
        self.seen = {LOG_KEY.name: Seen(size, to_base64(root), "")} if size else {}

    def asked(self, body):
        decision = decide(body, [LOG_KEY], self.seen, Identity(WITNESS_KEY.name, WITNESS, lambda: NOW))
        if decision.seen is not None:
            self.seen[LOG_KEY.name] = decision.seen
        return decision
