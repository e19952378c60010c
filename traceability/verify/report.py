"""What a check found, one fact a line."""

from collections.abc import Mapping
from enum import StrEnum

import msgspec


class Standing(StrEnum):
    """How a fact stands.

    Proved; assumed (the reader must settle it otherwise); claimed (the hub's signed word, which nothing proves); or
    failed.
    """

    PROVED = "proved"
    ASSUMED = "assumed"
    CLAIMED = "claimed"
    FAILED = "failed"


class Fact(msgspec.Struct, frozen=True, kw_only=True):
    """One sentence, and where in the file it was found."""

    standing: Standing
    text: str
    where: str


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """Every fact in the order in which the file gives them; ``records`` counts those proved.

    ``withheld`` counts the records that are not shown, by the kind the hub says they are.
    """

    subject: str
    facts: tuple[Fact, ...]
    records: int
    withheld: Mapping[str, int] = {}

    @property
    def ok(self) -> bool:
        """Whether nothing failed and something was proved."""
        return self.records > 0 and all(fact.standing is not Standing.FAILED for fact in self.facts)
