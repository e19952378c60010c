"""Which key an author's batch must be signed by, learnt from the log itself.

The log's first batch is sealed by its hub and carries the hub's own ``author-key`` record; every other author's key
is an ``author-key`` record that the hub sealed at an earlier log position. An ``author-key-revoked`` record ends it:
from that position on no key of the author counts until a new one is entered; what stands before stays verified. So the
log's key is all a reader trusts.
"""

from collections.abc import Mapping

import msgspec

from traceability.encoding import from_base64
from traceability.errors import ProofRefused
from traceability.record.keys import AuthorKeyRevokedRecord
from traceability.record.master import AuthorKeyRecord

FIRST = 0
KeyStatement = AuthorKeyRecord | AuthorKeyRevokedRecord
Place = tuple[int, int]


class KeyBook(msgspec.Struct):
    """Keys by author and place (log position, index in the batch), None where one was revoked.

    ``hub`` is the author of the log's first batch.
    """

    hub: str
    entries: dict[str, list[tuple[Place, bytes | None]]]

    def key_for(self, author: str, log_index: int) -> bytes:
        """The key in force for ``author`` at ``log_index``; ``ProofRefused`` when the file holds none."""
        usable = [
            (place, key)
            for place, key in self.entries.get(author, [])
            if place[0] < log_index or (log_index == FIRST and place[0] == FIRST)
        ]
        if not usable:
            raise ProofRefused(f"the file holds no key of {author!r} from before log position {log_index}")
        place, key = max(usable, key=lambda entry: (entry[0][0], entry[1] is None, entry[0][1]))
        if key is None:
            raise ProofRefused(f"every key of {author!r} is revoked from log position {place[0]} on")
        return key

    def revoked_at(self, author: str, log_index: int) -> int | None:
        """The log position after ``log_index`` from which the author's keys count no more, if the file tells of one."""
        later = [place[0] for place, key in self.entries.get(author, []) if key is None and place[0] >= log_index]
        return min(later, default=None)


def collect_keys(hub: str, statements: Mapping[int, list[tuple[str, int, KeyStatement]]]) -> KeyBook:
    """``statements`` maps log position to (sealing author, index, record); only the hub's own statements count."""
    book = KeyBook(hub=hub, entries={})
    for position in sorted(statements):
        for sealer, index, record in statements[position]:
            if sealer == hub:
                key = (
                    from_base64(record.public_key, f"key of {record.id}")
                    if isinstance(record, AuthorKeyRecord)
                    else None
                )
                book.entries.setdefault(record.id, []).append(((position, index), key))
    return book
