"""What a check found, one fact a line."""

from enum import StrEnum

import msgspec


class Standing(StrEnum):
    """How a fact stands: proved, assumed (the reader must settle it otherwise) or failed."""

    PROVED = "proved"
    ASSUMED = "assumed"
    FAILED = "failed"


class Fact(msgspec.Struct, frozen=True, kw_only=True):
    """One sentence, and where in the file it was found."""

    standing: Standing
    text: str
    where: str


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """Every fact in the order in which the file gives them; ``records`` counts those proved."""

    subject: str
    facts: tuple[Fact, ...]
    records: int

    @property
    def ok(self) -> bool:
        """Whether nothing failed and something was proved."""
        return self.records > 0 and all(fact.standing is not Standing.FAILED for fact in self.facts)
