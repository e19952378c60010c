"""What an audit finds wrong, and where the first bad byte stands as far as the signed bytes can tell.

A signature over the header and a Merkle root over the lines say *that* a byte was changed. Which one is known when the
changed line can no longer be read, or says another sequence than its place. For a value that was changed and can still
be read see ``pinpoint``: where even that can't tell, the fault names the batch alone, and says why.
"""

import re

import msgspec
import zstandard

from hub.settings import Settings
from hub.store.ledger.batches import StoredBatch
from traceability.batch.header import HEADER_TYPE, Header, decode_header
from traceability.batch.open import decompress
from traceability.encoding import sha256, tagged
from traceability.errors import ZhuoyueError
from traceability.record.codec import decode_record
from traceability.signing import envelope_payload, read_envelope

_BYTE = re.compile(r"\(byte (\d+)\)")


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """Something that is not as it was signed.

    ``log_index`` of the batch, None when it is about the log itself; ``line`` of the batch (1 is the header), and
    ``byte`` counted from 0 in the decompressed batch, None where the ledger can't tell.
    """

    what: str
    log_index: int | None = None
    author: str = ""
    chain: str = ""
    seq: int | None = None
    line: int | None = None
    byte: int | None = None

    def __str__(self) -> str:
        if self.log_index is None:
            return f"log: {self.what}"
        batch = f" (batch {self.seq} of {self.author}, chain {self.chain})" if self.author else ""
        line = "" if self.line is None else f", line {self.line}"
        byte = "" if self.byte is None else f", byte {self.byte}"
        return f"log index {self.log_index}{batch}{line}{byte}: {self.what}"


def located(
    error: ZhuoyueError, index: int, stored: StoredBatch | None, body: bytes | None, settings: Settings
) -> Fault:
    """``error``, found in a batch, with the first bad byte in ``body`` as far as it can be told."""
    line, byte, why = (None, None, "") if body is None else _first_bad(body, settings, stored)
    what = f"{error.what}; {why}" if why and why not in error.what else error.what
    if stored is None:
        return Fault(what=what, log_index=index)
    return Fault(
        what=what,
        log_index=index,
        author=stored.author,
        chain=stored.chain,
        seq=stored.seq,
        line=line,
        byte=byte,
    )


def _first_bad(body: bytes, settings: Settings, stored: StoredBatch | None) -> tuple[int | None, int | None, str]:
    """Line, byte, and a word on it."""
    try:
        data = decompress(body, settings.limits)
    except ZhuoyueError:
        return None, _readable(body), "the compressed bytes can be read up to here"
    lines = data.split(b"\n")
    try:
        payload = envelope_payload(read_envelope(lines[0]), HEADER_TYPE)
        header = decode_header(payload)
    except ZhuoyueError as error:
        return 1, _byte_in(error), ""
    if stored is not None and tagged(sha256(payload)) != stored.hash:
        return None, None, ""  # what the header says of the lines counts for nothing
    return _first_bad_line(data, lines, header)


def _first_bad_line(data: bytes, lines: list[bytes], header: Header) -> tuple[int | None, int | None, str]:
    offset = len(lines[0]) + 1
    for number, line in enumerate(lines[1:-1], start=2):
        try:
            if decode_record(line).seq != header.first_record + number - 2:
                return number, offset, "the record's sequence does not fit its place"
        except ZhuoyueError as error:
            return number, offset + _byte_in(error), error.what
        offset += len(line) + 1
    if len(lines) - 2 != header.records:
        return len(lines), len(data), f"the header counts {header.records} records"
    return None, None, ""


def _byte_in(error: ZhuoyueError) -> int:
    found = _BYTE.search(error.what)
    return int(found[1]) if found else 0


def _readable(body: bytes) -> int:
    """How many bytes of the batch come out before the compressed stream breaks."""
    stream = zstandard.ZstdDecompressor().decompressobj()
    count = 0
    try:
        for begin in range(0, len(body), 64):
            count += len(stream.decompress(body[begin : begin + 64]))
    except zstandard.ZstdError:
        pass
    return count
