"""Code letters of sample sizes: ISO 2859-1:1999 Table 1 (GB/T 2828.1-2012 table 1), the same in ISO 3951-1 from B on.

Every entry was compared with three independent transcriptions of the table, which agree (ANSI/ASQ Z1.4 has the same).
"""

from bisect import bisect_left
from enum import StrEnum

from traceability.quality.errors import OutOfDomain

LETTERS = "ABCDEFGHJKLMNPQRS"
"""In the order of growing samples; S is reached in tightened inspection only."""
SMALLEST_LOT = 2


class InspectionLevel(StrEnum):
    """How much a lot of a size is inspected; II unless something else is agreed. S-1 to S-4 are for costly tests."""

    S1 = "S-1"
    S2 = "S-2"
    S3 = "S-3"
    S4 = "S-4"
    I = "I"  # noqa: E741 - the standard's own name
    II = "II"
    III = "III"


_LARGEST = (8, 15, 25, 50, 90, 150, 280, 500, 1200, 3200, 10_000, 35_000, 150_000, 500_000)
_BY_LEVEL: dict[InspectionLevel, str] = {
    InspectionLevel.S1: "AAAABBBBCCCCDDD",
    InspectionLevel.S2: "AAABBBCCCDDDEEE",
    InspectionLevel.S3: "AABBCCDDEEFFGGH",
    InspectionLevel.S4: "AABCCDEEFGGHJJK",
    InspectionLevel.I: "AABCCDEFGHJKLMN",
    InspectionLevel.II: "ABCDEFGHJKLMNPQ",
    InspectionLevel.III: "BCDEFGHJKLMNPQR",
}


def code_letter(size: int, level: InspectionLevel = InspectionLevel.II) -> str:
    """The letter for a lot of ``size`` items (2 or more; a single item is inspected, not sampled)."""
    if size < SMALLEST_LOT:
        message = f"a lot that is sampled has at least {SMALLEST_LOT} items, not {size}"
        raise OutOfDomain(message)
    return _BY_LEVEL[level][bisect_left(_LARGEST, size)]
