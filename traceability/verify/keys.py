"""Which key an author's batch must be signed by, learnt from the log itself.

The log's first batch is sealed by its hub and carries the hub's own ``author-key`` record; every other author's key
is an ``author-key`` record that the hub sealed at an earlier log position. So the log's key is all a reader trusts.
"""

from collections.abc import Mapping

import msgspec

from traceability.encoding import from_base64
from traceability.errors import ProofRefused
from traceability.record.master import AuthorKeyRecord

FIRST = 0


class KeyBook(msgspec.Struct):
    """Keys by author and log position; ``hub`` is the author of the log's first batch."""

    hub: str
    entries: dict[str, list[tuple[int, bytes]]]

    def key_for(self, author: str, log_index: int) -> bytes:
        """The key in force for ``author`` at ``log_index``; ``ProofRefused`` when the file holds none."""
        usable = [
            (position, key)
            for position, key in self.entries.get(author, [])
            if position < log_index or log_index == FIRST
        ]
        if not usable:
            raise ProofRefused(f"the file holds no key of {author!r} from before log position {log_index}")
        return max(usable)[1]


def collect_keys(hub: str, key_records: Mapping[int, list[tuple[str, AuthorKeyRecord]]]) -> KeyBook:
    """``key_records`` maps log position to (sealing author, record); only the hub's own statements count."""
    book = KeyBook(hub=hub, entries={})
    for position in sorted(key_records):
        for sealer, record in key_records[position]:
            if sealer == hub:
                key = from_base64(record.public_key, f"key of {record.id}")
                book.entries.setdefault(record.id, []).append((position, key))
    return book
