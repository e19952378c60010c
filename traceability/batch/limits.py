"""Every bound against a hostile or broken sender, in one place."""

import msgspec

from traceability.record.codec import MAX_NESTING, MAX_STRING


class BatchLimits(msgspec.Struct, frozen=True, kw_only=True):
    """What a reader takes of one batch. Beyond the first six the batch is refused, beyond the others the record.

    ``body``: bytes as sent. ``decompressed``: bytes. ``ratio``: decompressed over compressed size. ``first_line``:
    bytes of the header's envelope, all that is read of a batch before its signature holds. ``records``: how many.
    ``line``: bytes of one record. ``nesting``: levels of arrays and objects. ``string``: bytes of one JSON string.
    """

    body: int = 8 * 1024 * 1024
    decompressed: int = 32 * 1024 * 1024
    ratio: int = 200
    first_line: int = 16 * 1024
    records: int = 20_000
    line: int = 256 * 1024
    nesting: int = MAX_NESTING
    string: int = MAX_STRING


DEFAULT_LIMITS = BatchLimits()
