"""Every bound against a hostile or broken sender, in one place."""

import msgspec


class BatchLimits(msgspec.Struct, frozen=True, kw_only=True):
    """Sizes in bytes; ``ratio`` bounds decompressed over compressed size."""

    body: int = 8 * 1024 * 1024
    decompressed: int = 32 * 1024 * 1024
    ratio: int = 200
    records: int = 20_000
    line: int = 256 * 1024


DEFAULT_LIMITS = BatchLimits()
