"""From bytes to a batch that is known to be whole and signed. Verification is apart from the types it fills.

Order: sizes, then shape, then whose it claims to be (the caller finds that author's key), then the signature, then
count and Merkle root. Nothing of a record is parsed before its batch is verified. Who takes batches from strangers
calls ``open_head`` first: the signature stands in the first line, and the rest of what an impostor sends need never be
decompressed.
"""

import msgspec
import zstandard

from traceability.batch.header import HEADER_TYPE, Header, decode_header, header_hash
from traceability.batch.limits import DEFAULT_LIMITS, BatchLimits
from traceability.batch.seal import records_root
from traceability.errors import LimitExceeded, Malformed, ProofRefused
from traceability.signing import Envelope, envelope_payload, read_envelope, verified_payload


class OpenedBatch(msgspec.Struct, frozen=True, kw_only=True):
    """A batch taken apart. ``lines`` are the record lines without newline; not verified until ``verify_batch``."""

    envelope_line: bytes
    envelope: Envelope
    header: Header
    hash: str
    lines: tuple[bytes, ...]


class BatchHead(msgspec.Struct, frozen=True, kw_only=True):
    """The first line of a batch; not verified until ``verify_head``."""

    envelope: Envelope
    header: Header
    hash: str


def compress(batch: bytes, level: int = 3) -> bytes:
    """zstd, as it travels (``Content-Encoding: zstd``); the frame states its content size."""
    return zstandard.ZstdCompressor(level=level).compress(batch)


def decompress(body: bytes, limits: BatchLimits = DEFAULT_LIMITS) -> bytes:
    """Undo ``compress`` within ``limits``; one frame, its size stated, nothing behind it."""
    try:
        size = stated_size(body, limits)
        decompressor = zstandard.ZstdDecompressor(max_window_size=limits.decompressed).decompressobj()
        data = decompressor.decompress(body)
    except zstandard.ZstdError as error:
        raise Malformed(f"not a zstd frame: {error}") from None
    if len(data) != size or not decompressor.eof or decompressor.unused_data:
        raise Malformed("the body is not exactly one whole zstd frame")
    return data


def open_head(body: bytes, limits: BatchLimits = DEFAULT_LIMITS, *, compressed: bool) -> BatchHead:
    """Read the first line of a batch and nothing behind it; ``Malformed`` or ``LimitExceeded`` say what is wrong."""
    start = _decompressed_start(body, limits) if compressed else body[: limits.first_line + 1]
    line, newline, _ = start.partition(b"\n")
    if not newline:
        if len(start) > limits.first_line:
            raise LimitExceeded(f"has more than {limits.first_line} bytes", where="line 1")
        raise Malformed("not a batch: the first line has no newline", where="line 1")
    envelope = read_envelope(line)
    payload = envelope_payload(envelope, HEADER_TYPE)
    return BatchHead(envelope=envelope, header=decode_header(payload), hash=header_hash(payload))


def verify_head(head: BatchHead, public_key: bytes) -> None:
    """``SignatureRefused`` unless ``public_key`` signed this header."""
    verified_payload(head.envelope, HEADER_TYPE, public_key)


def _decompressed_start(body: bytes, limits: BatchLimits) -> bytes:
    try:
        stated_size(body, limits)
        reader = zstandard.ZstdDecompressor(max_window_size=limits.decompressed).stream_reader(body)
        return reader.read(limits.first_line + 1)
    except zstandard.ZstdError as error:
        raise Malformed(f"not a zstd frame: {error}") from None


def stated_size(body: bytes, limits: BatchLimits = DEFAULT_LIMITS) -> int:
    """What a zstd frame says it decompresses to, in bytes and within ``limits``."""
    if len(body) > limits.body:
        raise LimitExceeded(f"the body has {len(body)} bytes, at most {limits.body} are taken")
    size = zstandard.frame_content_size(body)
    if size < 0:
        raise Malformed("the zstd frame does not state its content size")
    if size > min(limits.decompressed, limits.ratio * max(len(body), 1024)):
        raise LimitExceeded(f"the body would decompress to {size} bytes")
    return size


def open_batch(data: bytes, limits: BatchLimits = DEFAULT_LIMITS) -> OpenedBatch:
    """Split and parse; ``Malformed`` or ``LimitExceeded`` name the line."""
    if len(data) > limits.decompressed:
        raise LimitExceeded(f"the batch has {len(data)} bytes, at most {limits.decompressed} are taken")
    if not data.endswith(b"\n"):
        raise Malformed("the last line has no newline: the batch was cut off")
    count = data.count(b"\n") - 1
    if count < 1:
        raise Malformed("not a batch: a header line and at least one record line were expected")
    if count > limits.records:
        raise LimitExceeded(f"the batch has {count} records, at most {limits.records} are taken")
    envelope_line, *lines = data[:-1].split(b"\n")
    for number, line in enumerate((envelope_line, *lines), start=1):
        if not 2 <= len(line) <= limits.line:
            raise LimitExceeded(f"has {len(line)} bytes, 2 to {limits.line} are taken", where=f"line {number}")
    envelope = read_envelope(envelope_line)
    payload = envelope_payload(envelope, HEADER_TYPE)
    return OpenedBatch(
        envelope_line=envelope_line,
        envelope=envelope,
        header=decode_header(payload),
        hash=header_hash(payload),
        lines=tuple(lines),
    )


def verify_batch(batch: OpenedBatch, public_key: bytes) -> None:
    """``SignatureRefused`` or ``ProofRefused`` unless ``public_key`` signed exactly these lines."""
    verified_payload(batch.envelope, HEADER_TYPE, public_key)
    verify_records(batch)


def verify_records(batch: OpenedBatch) -> None:
    """``ProofRefused`` unless these are the lines that the header speaks of; its signature is another's business."""
    if batch.header.records != len(batch.lines):
        raise ProofRefused(f"the header counts {batch.header.records} records, {len(batch.lines)} came")
    if batch.header.root != records_root(batch.lines):
        raise ProofRefused("the records do not match the signed Merkle root")
